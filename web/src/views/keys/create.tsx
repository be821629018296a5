import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { api, call } from "../../api/client";
import { now } from "../../api/clock";
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import { may, me, ownScopes, type Scope } from "../../state/me";
import { everybody, nameOf } from "../../state/people";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SelectField, TextField } from "../../ui/field";
import { NO_QUOTA, quotaOf, type TypedQuota } from "../../ui/quota";
import { QuotaFields } from "../../ui/quota-fields";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "../start/form";
import { mayIssue } from "../team/roles";
import { DomainFields } from "./domain-fields";
import { type ExpiryChoice, expiryOf } from "./expiry";
import { ScopeFields } from "./scope-fields";
import { beyondRole, inOrder, presetScopes, scopeWords, withoutAllDomains } from "./scopes";
import type { MadeKey } from "./source";

const DRAFT = "key";
const EXPIRIES = ["never", "30", "90", "365", "date"] as const;

interface Draft {
  name: string;
  scopes: Scope[];
  domains: string[] | null;
  owner: string;
  expiry: ExpiryChoice;
  date: string;
  quota: TypedQuota;
}

/** What is wrong before the request. */
type Missing = "scopes" | "domains" | "date" | null;

/** Creates a key. The answer has its secret. */
export function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (key: MadeKey) => void }) {
  const draft = useSignal<Draft>({ ...newDraft(), ...loadDraft<Draft>(DRAFT) });
  const missing = useSignal<Missing>(null);
  const { resource } = useResource(() => (may("users:admin") ? everybody() : Promise.resolve([])), []);
  const { name, scopes, domains, owner, expiry, date, quota } = draft.value;
  useLayoutEffect(() => saveDraft(DRAFT, draft.value), [draft.value]);
  const own = me.value?.role ?? "viewer";
  const owners = (resource.value.value ?? []).filter(
    ({ id, role, state }) =>
      id !== me.value?.user && mayIssue(own, role) && (state === "active" || state === "invited"),
  );
  const ownerRole = owners.find(({ id }) => id === owner)?.role ?? own;

  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    const end = expiryOf(expiry, date, now());
    missing.value =
      scopes.length === 0 ? "scopes" : domains?.length === 0 ? "domains" : end === undefined ? "date" : null;
    if (missing.value !== null) return;
    const expires_at = end ?? null;
    const body = { name: name.trim(), scopes: inOrder(scopes), domains, owner: owner || null, expires_at };
    const made = await call(api.POST("/api/v1/keys", { body: { ...body, quota: quotaOf(quota) } }));
    dropDraft(DRAFT);
    onCreated(made);
  });
  const set = (part: Partial<Draft>) => {
    missing.value = null;
    draft.value = { ...draft.value, ...part };
  };
  return (
    <Dialog title={text.keys.createTitle} isWide onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <ProblemNotice problem={problem.value} />
        <TextField
          label={text.keys.name}
          hint={text.keys.nameHint}
          autocomplete="off"
          required
          hasFocus
          value={name}
          wrong={wrong("/name")}
          onValue={(value) => set({ name: value })}
        />
        <ScopeFields
          chosen={scopes}
          wrong={missing.value === "scopes" ? text.keys.scopesMissing : wrong("/scopes")}
          hints={hintsFor(draft.value, ownerRole)}
          onChange={(value) => set({ scopes: value })}
        />
        <DomainFields
          chosen={domains}
          wrong={missing.value === "domains" ? text.keys.domainsMissing : wrong("/domains")}
          onChange={(value) => set({ domains: value })}
        />
        <div class="two">
          <SelectField
            label={text.keys.expiry}
            value={expiry}
            wrong={expiry === "date" ? null : wrong("/expires_at")}
            options={EXPIRIES.map((value) => ({ value, label: text.keys.expiryChoices[value] }))}
            onValue={(value) => set({ expiry: value })}
          />
          {expiry === "date" && (
            <TextField
              label={text.keys.expiryDate}
              type="date"
              required
              value={date}
              wrong={missing.value === "date" ? text.keys.expiryPast : wrong("/expires_at")}
              onValue={(value) => set({ date: value })}
            />
          )}
          {owners.length > 0 && (
            <SelectField
              label={text.keys.ownerLabel}
              hint={text.keys.ownerHint}
              wrong={wrong("/owner")}
              value={owner}
              options={[
                { value: "", label: text.keys.ownerSelf },
                ...owners.map((user) => ({ value: user.id, label: nameOf(user) })),
              ]}
              onValue={(value) => set({ owner: value })}
            />
          )}
        </div>
        <QuotaFields
          quota={quota}
          hint={text.quota.keyHint}
          problem={problem.value}
          onChange={(value) => set({ quota: value })}
        />
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="primary" type="submit" isBusy={isBusy.value}>
            {text.keys.createButton}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function newDraft(): Draft {
  const scopes = presetScopes("create", ownScopes.value);
  return { name: "", scopes, domains: null, owner: "", expiry: "never", date: "", quota: NO_QUOTA };
}

function hintsFor({ scopes, domains }: Draft, role: Parameters<typeof beyondRole>[1]): string[] {
  const words = (some: readonly Scope[]) => text.keys.joined(some.map(scopeWords));
  const limited = domains === null ? [] : withoutAllDomains(scopes);
  const beyond = beyondRole(scopes, role);
  return [
    ...(limited.length > 0 ? [text.keys.needsAllDomains(words(limited))] : []),
    ...(beyond.length > 0 ? [text.keys.needsRole(text.shell.roles[role], words(beyond))] : []),
  ];
}
