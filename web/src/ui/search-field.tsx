import { useEffect, useRef } from "preact/hooks";
import { useShortcuts } from "../state/shortcuts";
import { Key } from "./button";
import { Icon } from "./icon";

/** The pause in typing after which a search starts, in milliseconds. */
const PAUSE = 150;

/** A search field, which `/` reaches. */
export function SearchField({
  label,
  value,
  onValue,
}: {
  label: string;
  value: string;
  onValue: (value: string) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useShortcuts({ "/": () => input.current?.select() });
  return (
    <label class="search-field">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        maxLength={200}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => onValue(typed.trim()), PAUSE);
        }}
      />
      <Key name="/" />
    </label>
  );
}
