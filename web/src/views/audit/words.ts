import type { Schemas } from "../../api/client";
import { text } from "../../text";
import { scopeWords } from "../keys/scopes";

export type AuditEvent = Schemas["AuditEvent"];

/** A piece of a sentence: text, or the place of a name. */
export type Piece = { kind: "text"; text: string } | { kind: "actor" } | { kind: "subject" };

const { actions, ownActions } = text.audit;

/** What happened, as the pieces of a sentence. An unknown action is shown as it is. */
export function sentenceOf(event: Pick<AuditEvent, "action" | "subject" | "user">): Piece[] {
  const { action } = event;
  const isOwn = event.user !== null && event.user === event.subject;
  const template =
    (isOwn ? own(ownActions, action) : undefined) ??
    own(actions, action) ??
    // Not by `replace`, which gives `$` a meaning.
    text.audit.other.split("{action}").join(action);
  return pieces(template);
}

function own(templates: Record<string, string>, action: string): string | undefined {
  return Object.hasOwn(templates, action) ? templates[action] : undefined;
}

function pieces(template: string): Piece[] {
  return template
    .split(/(\{actor\}|\{subject\})/)
    .filter((part) => part !== "")
    .map((part) =>
      part === "{actor}"
        ? { kind: "actor" }
        : part === "{subject}"
          ? { kind: "subject" }
          : { kind: "text", text: part },
    );
}

/** A line of the details: what it is, and its value, in which identifiers of users are replaced by names. */
export interface Fact {
  label: string;
  value: string;
}

/** The `detail` of an event in words. A form that is not known is shown as it is. */
export function factsOf({ action, detail }: Pick<AuditEvent, "action" | "detail">): Fact[] {
  if (detail === null) return [];
  const { facts } = text.audit;
  if (action.startsWith("session.")) return [{ label: facts.session, value: detail }];
  if (action === "user.password" && detail === "reset") return [{ label: facts.how, value: text.audit.resetLink }];
  if (action === "report.resolve") return [{ label: facts.decision, value: decision(detail) }];
  const separator = action.startsWith("link.") ? ", " : "; ";
  return detail.split(separator).map((part) => fact(action, part));
}

function decision(detail: string): string {
  const { decisions } = text.audit;
  return Object.hasOwn(decisions, detail) ? decisions[detail as keyof typeof decisions] : detail;
}

function fact(action: string, part: string): Fact {
  const { facts, nobody, noOwner, allDomains } = text.audit;
  const match = /^(from|links to|owner|scopes|domains|quota:|no quota) ?(.*)$/s.exec(part);
  const [, key, value = ""] = match ?? [];
  switch (key) {
    case "from":
      return { label: facts.before, value };
    case "links to":
      return { label: facts.links, value: value === "none" ? nobody : value };
    case "scopes":
      return { label: facts.scopes, value: value.split(" ").map(scopeWords).join(", ") };
    case "domains":
      return { label: facts.domains, value: value === "all" ? allDomains : value.split(" ").join(", ") };
    case "quota:":
    case "no quota":
      return { label: facts.quota, value: quota(value) };
    case "owner":
      if (action === "key.create") return { label: facts.owner, value };
  }
  const [before, after] = part.split(" to ");
  if (before === undefined || after === undefined) return { label: facts.other, value: part };
  const name = (id: string) => (id === "no owner" ? noOwner : roleName(id));
  const label = action.startsWith("link.") ? facts.owner : facts.role;
  return { label, value: text.audit.becomes(name(before), name(after)) };
}

function roleName(name: string): string {
  const { roles } = text.shell;
  return Object.hasOwn(roles, name) ? roles[name as keyof typeof roles] : name;
}

/** `links a day 100, links any`. */
function quota(words: string): string {
  const limit = (pattern: RegExp) => {
    const value = Number(pattern.exec(words)?.[1]);
    return Number.isFinite(value) ? value : null;
  };
  return text.quota.words(limit(/links a day (\d+)/), limit(/links (\d+)/));
}

const USER = /(usr_[1-9A-HJ-NP-Za-km-z]{17})/;

/** The text in parts, of which every second one is the identifier of a user. */
export function splitUsers(value: string): string[] {
  return value.split(USER);
}

/** The identifiers of users that an event names. */
export function usersOf(event: AuditEvent): string[] {
  const texts = [event.subject, event.principal, event.user ?? "", event.detail ?? ""];
  return texts.flatMap((value) => splitUsers(value).filter((_, index) => index % 2 === 1));
}
