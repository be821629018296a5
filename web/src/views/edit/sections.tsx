import { useSignal } from "@preact/signals";
import { capabilities } from "../../state/me";
import { text } from "../../text";
import { ChipField } from "../../ui/chips";
import { CheckField, Field, SelectField, TextArea, TextField } from "../../ui/field";
import { fullTime } from "../../ui/format";
import { ownZone, utcOf } from "../../ui/local-time";
import { loadTags, loadUsers, type UserChoice } from "./choices";
import { useEditor } from "./editor";
import type { LinkForm } from "./form";
import { Section } from "./section";
import { hasUtm, parameterOf, UTM_NAMES, withParameter } from "./utm";

const words = text.edit;

/** What people call the link, and how they find it. */
export function DetailsSection() {
  const { form, set, wrong } = useEditor();
  const tags = useSignal<readonly string[] | null>(null);
  const { title, note, domain } = form.value;
  const load = () => {
    if (tags.peek() !== null) return;
    tags.value = [];
    // Without them, tags can still be typed.
    void loadTags(domain, (loaded) => {
      tags.value = loaded;
    });
  };
  const summary = [title, ...form.value.tags, note].filter(Boolean).join(" · ").slice(0, 120);
  return (
    <Section title={words.sections.details} summary={summary} fields={["title", "tags", "note"]}>
      <TextField
        label={words.linkTitle}
        hint={words.linkTitleHint}
        value={title}
        onValue={(value) => set({ title: value })}
        wrong={wrong("/title", "title")}
      />
      <ChipField
        label={words.tags}
        hint={words.tagsHint}
        values={form.value.tags}
        onValues={(values) => set({ tags: values })}
        choices={(tags.value ?? []).map((tag) => ({ value: tag, label: tag }))}
        parse={(typed) => typed.toLowerCase().replace(/\s+/g, "-")}
        onFocus={load}
        wrong={wrongInList(wrong, "/tags", form.value, "tags")}
      />
      <TextArea
        label={words.note}
        hint={words.noteHint}
        value={note}
        onValue={(value) => set({ note: value })}
        wrong={wrong("/note", "note")}
      />
    </Section>
  );
}

/** The problem of a list, or of one of its items, which it names. */
function wrongInList(
  wrong: ReturnType<typeof useEditor>["wrong"],
  pointer: string,
  form: LinkForm,
  field: "tags",
): string | null {
  const whole = wrong(pointer, field);
  if (whole !== null) return whole;
  for (const [index, value] of form[field].entries()) {
    const detail = wrong(`${pointer}/${index}`, field);
    if (detail !== null) return `${value}: ${detail}`;
  }
  return null;
}

/** Parameters of the target that analytics tools read. */
export function CampaignSection() {
  const { form, set } = useEditor();
  const { target } = form.value;
  const used = UTM_NAMES.filter((name) => parameterOf(target, name) !== "");
  const summary = hasUtm(target)
    ? used
        .map((name) => parameterOf(target, name))
        .join(" · ")
        .slice(0, 120)
    : "";
  return (
    <Section title={words.sections.campaign} summary={summary} fields={[]}>
      <p class="quiet wide">{words.campaignHint}</p>
      {UTM_NAMES.map((name) => (
        <TextField
          key={name}
          label={words.utm[name]}
          value={parameterOf(target, name)}
          onValue={(value) => set({ target: withParameter(target, name, value) })}
          spellcheck={false}
        />
      ))}
    </Section>
  );
}

/** When the link works, and how often. */
export function TimeSection() {
  const { form, set, wrong } = useEditor();
  const { startsAt, endsAt, maxClicks, fallback, disabled } = form.value;
  const summary = [startsAt && words.startsAt, endsAt && words.endsAt, maxClicks, fallback, disabled && words.disabled];
  return (
    <Section
      title={words.sections.time}
      summary={summary.filter(Boolean).join(" · ").slice(0, 120)}
      fields={["starts_at", "ends_at", "max_clicks", "fallback", "disabled"]}
    >
      <p class="quiet wide">{words.zone(ownZone())}</p>
      <MomentField
        label={words.startsAt}
        hint={words.startsHint}
        value={startsAt}
        onValue={(value) => set({ startsAt: value })}
        wrong={wrong("/starts_at", "startsAt")}
      />
      <MomentField
        label={words.endsAt}
        hint={words.endsHint}
        value={endsAt}
        onValue={(value) => set({ endsAt: value })}
        wrong={wrong("/ends_at", "endsAt")}
      />
      <TextField
        label={words.maxClicks}
        hint={words.maxClicksHint(capabilities.value?.limits.max_clicks ?? null)}
        type="number"
        inputMode="numeric"
        min={1}
        step={1}
        value={maxClicks}
        onValue={(value) => set({ maxClicks: value })}
        wrong={wrong("/max_clicks", "maxClicks")}
      />
      <TextField
        label={words.fallback}
        hint={words.fallbackHint}
        inputMode="url"
        value={fallback}
        onValue={(value) => set({ fallback: value })}
        wrong={wrong("/fallback", "fallback")}
        spellcheck={false}
      />
      <CheckField
        label={words.disabled}
        hint={words.disabledHint}
        isOn={disabled}
        onToggle={(isOn) => set({ disabled: isOn })}
      />
    </Section>
  );
}

interface MomentFieldProps {
  label: string;
  hint: string;
  value: string;
  onValue: (value: string) => void;
  wrong: string | null;
}

/** A date and a time, with a word about hours that clocks skip or repeat. */
function MomentField({ label, hint, value, onValue, wrong }: MomentFieldProps) {
  const moment = value === "" ? null : utcOf(value, ownZone());
  const clocks =
    moment?.kind === "skipped"
      ? words.skipped(fullTime(moment.utc))
      : moment?.kind === "repeated"
        ? words.repeated
        : null;
  return (
    <TextField
      label={label}
      hint={clocks ?? hint}
      type="datetime-local"
      value={value}
      onValue={onValue}
      wrong={wrong}
      {...(value.length > 16 ? { step: 1 } : {})}
    />
  );
}

/** What visitors have to do first. */
export function AccessSection() {
  const { form, set, wrong, base } = useEditor();
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
          hint={words.passwordHint}
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
