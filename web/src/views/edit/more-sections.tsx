import { useSignal } from "@preact/signals";
import { text } from "../../text";
import { CheckField, Field, SelectField, TextField } from "../../ui/field";
import { loadUsers, type UserChoice } from "./choices";
import { useEditor } from "./editor";
import { Section } from "./section";

const words = text.edit;

/** What visitors have to do first. */
export function AccessSection() {
  const { form, set, wrong, base, hasLostPassword } = useEditor();
  const { passwordAction, password, confirm } = form.value;
  const has = base.value?.has_password ?? false;
  const summary = [(has || passwordAction === "set") && words.password, confirm && words.confirm];
  const actions = has ? (["keep", "set", "remove"] as const) : (["keep", "set"] as const);
  const labels = {
    keep: has ? words.passwordKeep : words.passwordNone,
    set: words.passwordSet,
    remove: words.passwordRemove,
  };
  return (
    <Section
      title={words.sections.access}
      summary={summary.filter(Boolean).join(" · ")}
      fields={["password", "confirm"]}
    >
      <SelectField
        label={words.passwordChoice}
        value={passwordAction}
        options={actions.map((value) => ({ value, label: labels[value] }))}
        onValue={(value) => set({ passwordAction: value })}
        wrong={passwordAction === "set" ? null : wrong("/password", "password")}
      />
      {passwordAction === "set" && (
        <TextField
          label={words.password}
          hint={hasLostPassword && password === "" ? words.passwordAgain : words.passwordHint}
          type="password"
          autocomplete="new-password"
          value={password}
          onValue={(value) => set({ password: value })}
          wrong={wrong("/password", "password")}
        />
      )}
      <CheckField
        label={words.confirm}
        hint={words.confirmHint}
        isOn={confirm}
        onToggle={(isOn) => set({ confirm: isOn })}
      />
    </Section>
  );
}

const STATUSES = ["302", "301", "307", "308"] as const;
const FORWARDING = ["off", "target_wins", "visitor_wins"] as const;

/** How the redirect is made, and what it takes along. */
export function RedirectSection() {
  const { form, set, wrong, base } = useEditor();
  const { redirectStatus, forwardQuery, forwardPath, strict } = form.value;
  const summary = [
    redirectStatus !== "302" && redirectStatus,
    forwardQuery !== "off" && words.forwardQueries[forwardQuery],
    forwardPath && words.forwardPath,
    strict && words.strict,
  ];
  return (
    <Section
      title={words.sections.redirect}
      summary={summary.filter(Boolean).join(" · ")}
      fields={["redirect_status", "forward_query", "forward_path", "strict"]}
    >
      <SelectField
        label={words.redirectStatus}
        hint={words.statusHints[redirectStatus]}
        value={redirectStatus}
        options={STATUSES.map((value) => ({ value, label: words.statuses[value] }))}
        onValue={(value) => set({ redirectStatus: value })}
        wrong={wrong("/redirect_status", "redirectStatus")}
      />
      <SelectField
        label={words.forwardQuery}
        hint={words.forwardQueryHint}
        value={forwardQuery}
        options={FORWARDING.map((value) => ({ value, label: words.forwardQueries[value] }))}
        onValue={(value) => set({ forwardQuery: value })}
        wrong={wrong("/forward_query", "forwardQuery")}
      />
      <CheckField
        label={words.forwardPath}
        hint={words.forwardPathHint(base.value?.short_url ?? `https://${form.value.domain}/${form.value.alias || "x"}`)}
        isOn={forwardPath}
        onToggle={(isOn) => set({ forwardPath: isOn })}
      />
      <CheckField
        label={words.strict}
        hint={words.strictHint}
        isOn={strict}
        onToggle={(isOn) => set({ strict: isOn })}
      />
    </Section>
  );
}

/** Whose the link is, and what other programs know of it. */
export function SystemSection({ isAdmin }: { isAdmin: boolean }) {
  const { form, set, wrong } = useEditor();
  const { externalId, crawlable } = form.value;
  const summary = [crawlable && words.crawlable, externalId];
  return (
    <Section
      title={words.sections.system}
      summary={summary.filter(Boolean).join(" · ").slice(0, 120)}
      fields={["external_id", "crawlable", "owner"]}
    >
      <TextField
        label={words.externalId}
        value={externalId}
        onValue={(value) => set({ externalId: value })}
        wrong={wrong("/external_id", "externalId")}
        spellcheck={false}
      />
      {isAdmin && <OwnerField />}
      <CheckField label={words.crawlable} isOn={crawlable} onToggle={(isOn) => set({ crawlable: isOn })} />
      {wrong("/crawlable", "crawlable") && <p class="wrong">{wrong("/crawlable", "crawlable")}</p>}
    </Section>
  );
}

function OwnerField() {
  const { form, set, wrong } = useEditor();
  const users = useSignal<readonly UserChoice[] | null>(null);
  const { owner } = form.value;
  const load = () => {
    if (users.peek() !== null) return;
    users.value = [];
    void loadUsers((loaded) => {
      users.value = loaded;
    });
  };
  const known = users.value ?? [];
  return (
    <Field label={words.owner} wrong={wrong("/owner", "owner")}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={owner}
          ref={(element) => {
            if (element !== null) load();
          }}
          onChange={(event) => set({ owner: event.currentTarget.value })}
        >
          <option value="">{words.nobody}</option>
          {owner !== "" && !known.some(({ value }) => value === owner) && <option value={owner}>{owner}</option>}
          {known.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
