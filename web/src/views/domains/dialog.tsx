import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { api, call } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import type { Domain } from "../../state/me";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";

interface Typed {
  domain: string;
  root: string;
  not_found: string;
  ended: string;
}

/** Input that is not saved, with the domain that it began with. */
interface DomainDraft {
  base: Domain | null;
  typed: Typed;
}

const DRAFT = "domain";

interface DomainDialogProps {
  /** `null` adds a domain. */
  domain: Domain | null;
  onSaved: (domain: Domain) => void;
  onClose: () => void;
}

/** Adds a domain, or changes where it sends visitors. */
export function DomainDialog({ domain, onSaved, onClose }: DomainDialogProps) {
  const name = `${DRAFT}.${domain?.domain ?? ""}`;
  const kept = useRef(loadDraft<Partial<DomainDraft>>(name)).current;
  const typed = useSignal<Typed>(kept?.typed ?? typedOf(domain));
  /** The domain as it was read: what differs from it was typed. */
  const base = useSignal(kept?.base ?? domain);
  const isBusy = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const isStale = problem.value?.code === "version_mismatch";
  const { fields } = text.domains;

  const change = (part: Partial<Typed>) => {
    typed.value = { ...typed.value, ...part };
    saveDraft(name, { base: base.peek(), typed: typed.value } satisfies DomainDraft);
  };
  const close = () => {
    dropDraft(name);
    onClose();
  };
  /** Takes over what somebody else has changed, and keeps what was typed here. */
  const rebase = async (before: Domain) => {
    try {
      const path = { domain: before.domain };
      const now = await call(api.GET("/api/v1/domains/{domain}", { params: { path } }));
      const [old, fresh, mine] = [typedOf(before), typedOf(now), typed.value];
      base.value = now;
      change(
        Object.fromEntries(
          REDIRECTS.filter((field) => mine[field] === old[field]).map((field) => [field, fresh[field]]),
        ),
      );
    } catch {
      // The next attempt says what is wrong.
    }
  };
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    problem.value = null;
    try {
      const saved = await save(base.value, typed.value);
      dropDraft(name);
      onSaved(saved);
    } catch (error) {
      problem.value = asProblem(error);
      if (problem.value.code === "version_mismatch" && base.value) await rebase(base.value);
    } finally {
      isBusy.value = false;
    }
  };
  const wrong = (field: keyof Typed) => {
    const detail = problem.value?.at(`/${field}`)?.detail;
    return detail === undefined ? null : text.sentence(detail);
  };
  const isTaken = problem.value?.code === "domain_taken";
  return (
    <Dialog title={domain === null ? text.domains.add : text.domains.edit(domain.domain)} onClose={close}>
      <form class="stack" onSubmit={onSubmit}>
        {isStale ? (
          <p class="notice warn" role="alert">
            {text.domains.stale}
          </p>
        ) : (
          !isTaken && <ProblemNotice problem={problem.value} />
        )}
        {domain === null && (
          <TextField
            label={fields.domain}
            hint={fields.domainHint}
            wrong={isTaken ? text.domains.taken : wrong("domain")}
            required
            hasFocus
            spellcheck={false}
            autocomplete="off"
            value={typed.value.domain}
            onValue={(value) => change({ domain: value })}
          />
        )}
        {(
          [
            ["root", fields.rootHint],
            ["not_found", fields.notFoundHint],
            ["ended", fields.endedHint],
          ] as const
        ).map(([field, hint]) => (
          <TextField
            key={field}
            label={`${fields[field]} (${text.common.optional})`}
            hint={hint}
            wrong={wrong(field)}
            inputMode="url"
            spellcheck={false}
            autocomplete="off"
            value={typed.value[field]}
            onValue={(value) => change({ [field]: value })}
          />
        ))}
        <div class="actions">
          <Button onClick={close}>{text.common.cancel}</Button>
          <Button kind="primary" type="submit" isBusy={isBusy.value}>
            {domain === null ? text.domains.add : text.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function typedOf(domain: Domain | null): Typed {
  return {
    domain: "",
    root: domain?.root ?? "",
    not_found: domain?.not_found ?? "",
    ended: domain?.ended ?? "",
  };
}

const REDIRECTS = ["root", "not_found", "ended"] as const;

/** Sends what was changed. */
async function save(domain: Domain | null, typed: Typed): Promise<Domain> {
  const before = typedOf(domain);
  const changed = REDIRECTS.filter((field) => typed[field].trim() !== before[field]);
  const body = Object.fromEntries(changed.map((field) => [field, typed[field].trim() || null]));
  if (domain === null) {
    // People paste addresses.
    const name = typed.domain
      .trim()
      .replace(/^https?:\/\//i, "")
      .replace(/\/+$/, "");
    return call(api.POST("/api/v1/domains", { body: { domain: name, ...body } }));
  }
  const params = { path: { domain: domain.domain }, header: { "If-Match": `"${domain.version}"` } };
  return call(api.PATCH("/api/v1/domains/{domain}", { params, body }));
}
