import { useSignal } from "@preact/signals";
import { capabilities } from "../../state/me";
import { text } from "../../text";
import { ChipField } from "../../ui/chips";
import { CheckField, TextArea, TextField } from "../../ui/field";
import { fullTime } from "../../ui/format";
import { ownZone, utcOf } from "../../ui/local-time";
import { loadTags } from "./choices";
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
        dir="auto"
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
        dir="auto"
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
