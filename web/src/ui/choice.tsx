/** A filter as a chip with a list: the name of the filter, or the chosen value. */
export function ChoiceChip({
  label,
  any,
  value,
  options,
  onValue,
}: {
  label: string;
  /** What is shown when nothing is chosen; without it something always is. */
  any?: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onValue: (value: string) => void;
}) {
  const isKnown = (any !== undefined && value === "") || options.some((option) => option.value === value);
  return (
    <select
      class={any !== undefined && value !== "" ? "chip on" : "chip"}
      aria-label={label}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      {any !== undefined && <option value="">{any}</option>}
      {!isKnown && <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** Chips of which exactly one is pressed. */
export function ChipGroup<T extends string>({
  label,
  value,
  options,
  onValue,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onValue: (value: T) => void;
}) {
  return (
    <fieldset class="chip-group">
      <legend class="hidden">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class="chip"
          aria-pressed={option.value === value}
          onClick={() => onValue(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
