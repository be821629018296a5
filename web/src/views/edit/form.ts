import type { Link, LinkPatch, NewLink, Schemas } from "../../api/client";
import { localOf, ownZone, utcOf } from "../../ui/local-time";
import { withScheme } from "../links/target";
import { type RuleForm, ruleFormOf, ruleOf } from "./rule-form";

/** A link while it is edited: what its fields show. */
export interface LinkForm {
  target: string;
  alias: string;
  domain: string;
  /** The old alias of a moved link keeps redirecting. */
  keepOldAlias: boolean;
  /** Take an alias that belonged to another link. */
  reuse: boolean;
  title: string;
  note: string;
  externalId: string;
  tags: string[];
  /** In the time zone of the browser. */
  startsAt: string;
  endsAt: string;
  maxClicks: string;
  passwordAction: "keep" | "set" | "remove";
  password: string;
  confirm: boolean;
  fallback: string;
  disabled: boolean;
  redirectStatus: "301" | "302" | "307" | "308";
  forwardQuery: Link["forward_query"];
  forwardPath: boolean;
  cardTitle: string;
  cardDescription: string;
  cardImage: string;
  strict: boolean;
  crawlable: boolean;
  /** The id of a user; empty for nobody. */
  owner: string;
  rules: RuleForm[];
}

export type FormField = keyof LinkForm;

export function emptyForm(domain: string): LinkForm {
  return {
    target: "",
    alias: "",
    domain,
    keepOldAlias: true,
    reuse: false,
    title: "",
    note: "",
    externalId: "",
    tags: [],
    startsAt: "",
    endsAt: "",
    maxClicks: "",
    passwordAction: "keep",
    password: "",
    confirm: false,
    fallback: "",
    disabled: false,
    redirectStatus: "302",
    forwardQuery: "off",
    forwardPath: false,
    cardTitle: "",
    cardDescription: "",
    cardImage: "",
    strict: false,
    crawlable: false,
    owner: "",
    rules: [],
  };
}

/** What a link and the versions of its history have in common. A version does not name the owner. */
export type Settings = Pick<Link, keyof Link & keyof Schemas["Version"]> & Partial<Pick<Link, "owner">>;

export function formOf(link: Settings, zone: string = ownZone()): LinkForm {
  return {
    ...emptyForm(link.domain),
    target: link.target,
    alias: link.alias,
    title: link.title ?? "",
    note: link.note ?? "",
    externalId: link.external_id ?? "",
    tags: [...link.tags],
    startsAt: localOf(link.starts_at, zone),
    endsAt: localOf(link.ends_at, zone),
    maxClicks: link.max_clicks === null ? "" : String(link.max_clicks),
    confirm: link.confirm,
    fallback: link.fallback ?? "",
    disabled: link.disabled,
    redirectStatus: `${link.redirect_status}`,
    forwardQuery: link.forward_query,
    forwardPath: link.forward_path,
    cardTitle: link.card?.title ?? "",
    cardDescription: link.card?.description ?? "",
    cardImage: link.card?.image ?? "",
    strict: link.strict,
    crawlable: link.crawlable,
    owner: link.owner ?? "",
    rules: link.rules.map(ruleFormOf),
  };
}

/** The body that creates the link: only what differs from a plain link. */
export function createBody(form: LinkForm, zone: string = ownZone()): NewLink {
  const alias = form.alias.trim();
  return {
    target: withScheme(form.target),
    domain: form.domain,
    ...(alias === "" ? {} : { alias }),
    ...(alias !== "" && form.reuse ? { reuse: true } : {}),
    ...settings(emptyForm(form.domain), form, false, zone),
  };
}

/** The merge patch that changes the link to the form: only what differs. `null` resets a field. */
export function patchOf(link: Link, form: LinkForm, zone: string = ownZone()): LinkPatch {
  const before = formOf(link, zone);
  const alias = form.alias.trim();
  const isRenamed = alias !== "" && alias !== before.alias;
  const isMoved = form.domain !== before.domain;
  const target = withScheme(form.target);
  return {
    ...(target === before.target ? {} : { target }),
    ...(isRenamed ? { alias } : {}),
    ...(isMoved ? { domain: form.domain } : {}),
    ...(isRenamed || isMoved ? { keep_old_alias: form.keepOldAlias } : {}),
    ...((isRenamed || isMoved) && form.reuse ? { reuse: true } : {}),
    ...(form.owner === before.owner ? {} : { owner: form.owner || null }),
    ...settings(before, form, link.card !== null, zone),
  };
}

export const isEmptyPatch = (patch: LinkPatch): boolean => Object.keys(patch).length === 0;

/** The settings in which two forms differ. */
function settings(before: LinkForm, form: LinkForm, hadCard: boolean, zone: string): Omit<NewLink, "target"> {
  const patch: Omit<NewLink, "target"> = {};
  const differs = (field: FormField) => JSON.stringify(before[field]) !== JSON.stringify(form[field]);
  if (differs("title")) patch.title = form.title.trim() || null;
  if (differs("note")) patch.note = form.note.trim() === "" ? null : form.note;
  if (differs("externalId")) patch.external_id = form.externalId.trim() || null;
  if (differs("tags")) patch.tags = form.tags.length === 0 ? null : form.tags;
  if (differs("startsAt")) patch.starts_at = momentOf(form.startsAt, zone);
  if (differs("endsAt")) patch.ends_at = momentOf(form.endsAt, zone);
  if (differs("maxClicks")) patch.max_clicks = form.maxClicks.trim() === "" ? null : Number(form.maxClicks);
  if (form.passwordAction === "set") patch.password = form.password;
  if (form.passwordAction === "remove") patch.password = null;
  if (differs("confirm")) patch.confirm = form.confirm;
  if (differs("fallback")) patch.fallback = withScheme(form.fallback) || null;
  if (differs("disabled")) patch.disabled = form.disabled;
  if (differs("redirectStatus")) patch.redirect_status = Number(form.redirectStatus) as Link["redirect_status"];
  if (differs("forwardQuery")) patch.forward_query = form.forwardQuery;
  if (differs("forwardPath")) patch.forward_path = form.forwardPath;
  if (differs("strict")) patch.strict = form.strict;
  if (differs("crawlable")) patch.crawlable = form.crawlable;
  if (!sameRules(before.rules, form.rules)) patch.rules = form.rules.length === 0 ? null : form.rules.map(ruleOf);
  const card = cardPatch(before, form, hadCard);
  if (card !== undefined) patch.card = card;
  return patch;
}

/** The patch of the card, whose parts are patched one by one. `undefined`: nothing changes. */
function cardPatch(before: LinkForm, form: LinkForm, hadCard: boolean): NewLink["card"] | undefined {
  const image = withScheme(form.cardImage);
  const isEmpty = form.cardTitle.trim() === "" && form.cardDescription.trim() === "" && image === "";
  if (isEmpty) return hadCard ? null : undefined;
  const card: NonNullable<NewLink["card"]> = {};
  if (form.cardTitle !== before.cardTitle) card.title = form.cardTitle.trim() || null;
  if (form.cardDescription !== before.cardDescription) card.description = form.cardDescription.trim() || null;
  if (image !== before.cardImage) card.image = image || null;
  return Object.keys(card).length === 0 ? undefined : card;
}

/** A local time as the API reads it. What is no time is sent as it is, so that the API says so. */
function momentOf(local: string, zone: string): string | null {
  if (local === "") return null;
  return utcOf(local, zone)?.utc ?? local;
}

function sameRules(one: readonly RuleForm[], other: readonly RuleForm[]): boolean {
  return JSON.stringify(one.map(ruleOf)) === JSON.stringify(other.map(ruleOf));
}

/** The value of a field without what only the page knows, to compare it. */
export function comparable(form: LinkForm, field: FormField): string {
  if (field === "rules") return JSON.stringify(form.rules.map(ruleOf));
  if (field === "target" || field === "fallback" || field === "cardImage") return withScheme(form[field]);
  const value = form[field];
  return typeof value === "string" ? value.trim() : JSON.stringify(value);
}
