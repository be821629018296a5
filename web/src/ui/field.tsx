import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong with the input. */
  wrong?: string | null | undefined;
}

interface Described {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": "true" | undefined;
}

/** A label, a control, a hint and an error, connected for screen readers. */
export function Field({
  label,
  hint,
  wrong,
  children,
}: FieldProps & { children: (control: Described) => ComponentChildren }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : null, wrong ? `${id}-wrong` : null].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": wrong ? "true" : undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

/** What inputs and text areas share with those of HTML. */
interface TextProps extends FieldProps {
  value: string;
  onValue: (value: string) => void;
  required?: boolean;
  /** Whether the field gets the focus when it appears. */
  hasFocus?: boolean;
  minLength?: number;
  maxLength?: number;
  placeholder?: string;
  disabled?: boolean;
  spellcheck?: boolean;
  dir?: "auto" | "ltr";
}

/** Focuses a field when it appears. The attribute `autofocus` works only while a page loads. */
function useFirstFocus<E extends HTMLElement>(hasFocus: boolean) {
  const ref = useRef<E>(null);
  useEffect(() => {
    if (hasFocus) ref.current?.focus();
  }, []);
  return { ref, "data-first-focus": hasFocus || undefined };
}

interface InputProps extends TextProps {
  type?: "text" | "email" | "password" | "url" | "number" | "date" | "time" | "datetime-local" | "color";
  autocomplete?: string;
  inputMode?: "url" | "numeric" | "text";
  min?: string | number;
  max?: string | number;
  step?: string | number;
}

export function TextField({ label, hint, wrong, value, onValue, hasFocus = false, ...rest }: InputProps) {
  const focus = useFirstFocus<HTMLInputElement>(hasFocus);
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(control) => (
        <input
          {...(rest as object)}
          {...control}
          {...focus}
          class="input"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  wrong,
  value,
  onValue,
  hasFocus = false,
  ...rest
}: TextProps & { rows?: number }) {
  const focus = useFirstFocus<HTMLTextAreaElement>(hasFocus);
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(control) => (
        <textarea
          {...rest}
          {...control}
          {...focus}
          class="input"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SelectProps<T extends string> extends FieldProps {
  value: T;
  options: readonly { value: T; label: string }[];
  onValue: (value: T) => void;
  disabled?: boolean;
}

export function SelectField<T extends string>({
  label,
  hint,
  wrong,
  value,
  options,
  onValue,
  disabled = false,
}: SelectProps<T>) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={value}
          disabled={disabled}
          onChange={(event) => onValue(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  label: ComponentChildren;
  hint?: string;
  isOn: boolean;
  onToggle: (isOn: boolean) => void;
  disabled?: boolean;
}

export function CheckField({ label, hint, isOn, onToggle, disabled = false }: CheckProps) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={isOn}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
