import "./chips.css";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { text } from "../text";
import { IconButton } from "./button";
import { Field } from "./field";

export interface Choice {
  value: string;
  label: string;
}

interface ChipFieldProps {
  label: string;
  hint?: string;
  wrong?: string | null | undefined;
  values: readonly string[];
  onValues: (values: string[]) => void;
  /** What may be chosen. Only some that match the input are offered. */
  choices: readonly Choice[];
  /** A typed text as a value. `null`: it is none. */
  parse: (typed: string) => string | null;
  labelOf?: (value: string) => string;
  /** What the field shows while it is empty. */
  placeholder?: string;
  onFocus?: () => void;
}

/** So many choices are offered at once. */
const OFFERED = 50;

/** A list of values as chips, with a field that adds one. */
export function ChipField({
  label,
  hint,
  wrong,
  values,
  onValues,
  choices,
  parse,
  labelOf = (value) => value,
  placeholder,
  onFocus,
}: ChipFieldProps) {
  const typed = useSignal("");
  const said = useSignal("");
  const unclear = useSignal<string | null>(null);
  const list = useId();
  const add = (input: string, isLast = false) => {
    // Nobody corrects a text that is left: the API refuses it at its item, so that it is not lost.
    const asValue = (part: string) => toValue(part, choices, parse) ?? (isLast ? part : null);
    // A pasted list has several values.
    const parts = input.split(/[,;\n]/).map((part) => part.trim());
    const read = parts.filter((part) => part !== "").map((part) => ({ part, value: asValue(part) }));
    const added = read.flatMap(({ value }) => value ?? []);
    // What is no value stays, so that it can be corrected.
    typed.value = read.flatMap(({ part, value }) => (value === null ? part : [])).join(" ");
    unclear.value = typed.value === "" ? null : text.chips.unclear(typed.value);
    if (added.length === 0) return;
    onValues([...new Set([...values, ...added])]);
    said.value = text.chips.added(added.map(labelOf).join(", "));
  };
  const remove = (value: string) => {
    onValues(values.filter((one) => one !== value));
    said.value = text.chips.removed(labelOf(value));
  };
  const needle = typed.value.trim().toLowerCase();
  const offered = choices
    .filter((choice) => !values.includes(choice.value) && choice.label.toLowerCase().includes(needle))
    .slice(0, OFFERED);
  return (
    <Field label={label} hint={hint} wrong={unclear.value ?? wrong}>
      {(control) => (
        <div class="chip-field">
          {values.map((value) => (
            <span key={value} class="chip-value">
              <bdi class="clip">{labelOf(value)}</bdi>
              <IconButton icon="close" label={text.chips.remove(labelOf(value))} onClick={() => remove(value)} />
            </span>
          ))}
          <input
            {...control}
            list={list}
            value={typed.value}
            placeholder={values.length === 0 ? placeholder : undefined}
            autocomplete="off"
            spellcheck={false}
            onFocus={onFocus}
            onInput={(event) => {
              const input = event.currentTarget.value;
              // A choice of the browser's list replaces the text at once.
              const isChosen = !(event instanceof InputEvent) || event.inputType === "insertReplacementText";
              if (/[,;]/.test(input) || isChosen) add(input);
              else {
                typed.value = input;
                unclear.value = null;
              }
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.isComposing) {
                // Saves the form.
                const isLast = event.ctrlKey || event.metaKey;
                if (!isLast) event.preventDefault();
                add(typed.value, isLast);
              } else if (event.key === "Backspace" && typed.value === "" && values.length > 0) {
                remove(values[values.length - 1] ?? "");
              }
            }}
            onBlur={() => add(typed.value, true)}
          />
          <datalist id={list}>
            {offered.map((choice) => (
              <option key={choice.value} value={choice.label} />
            ))}
          </datalist>
          <span class="hidden" role="status">
            {said.value}
          </span>
        </div>
      )}
    </Field>
  );
}

function toValue(typed: string, choices: readonly Choice[], parse: ChipFieldProps["parse"]): string | null {
  const wanted = typed.toLowerCase();
  return choices.find((choice) => choice.label.toLowerCase() === wanted)?.value ?? parse(typed);
}

interface ToggleFieldProps<T extends string> {
  label: string;
  wrong?: string | null | undefined;
  values: readonly string[];
  onValues: (values: T[]) => void;
  choices: readonly { value: T; label: string }[];
}

/** A few values, each of which is on or off. */
export function ToggleField<T extends string>({ label, wrong, values, onValues, choices }: ToggleFieldProps<T>) {
  const id = useId();
  const toggle = (value: T) => {
    const isOn = (one: T) => (one === value ? !values.includes(one) : values.includes(one));
    onValues(choices.map((choice) => choice.value).filter(isOn));
  };
  return (
    <fieldset class="toggle-field" aria-describedby={wrong ? id : undefined}>
      <legend>{label}</legend>
      <div class="row-line">
        {choices.map((choice) => (
          <button
            key={choice.value}
            type="button"
            class="chip"
            aria-pressed={values.includes(choice.value)}
            onClick={() => toggle(choice.value)}
          >
            {choice.label}
          </button>
        ))}
      </div>
      {wrong && (
        <p class="wrong" id={id} role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
