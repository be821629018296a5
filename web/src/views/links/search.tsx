import { useEffect, useId, useRef } from "preact/hooks";
import { useShortcuts } from "../../state/shortcuts";
import { text } from "../../text";
import { Key } from "../../ui/button";
import { Icon } from "../../ui/icon";

/** The pause in typing after which a search starts, in milliseconds. */
const PAUSE = 200;

interface LinkSearchProps {
  /** The search of the address. */
  value: string;
  onValue: (value: string) => void;
  /** Why hop refuses the search. */
  wrong: string | null;
}

/** The search field of the list. It follows the address unless somebody types in it. */
export function LinkSearch({ value, onValue, wrong }: LinkSearchProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const field = input.current;
    if (field === null || field === document.activeElement) return;
    clearTimeout(timer.current);
    field.value = value;
  }, [value]);
  useShortcuts({ "/": () => input.current?.select() });
  return (
    <>
      <label class="search">
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          aria-label={text.links.searchLabel}
          aria-invalid={wrong ? "true" : undefined}
          aria-describedby={wrong ? id : undefined}
          placeholder={text.links.search}
          defaultValue={value}
          maxLength={200}
          onInput={(event) => {
            const typed = event.currentTarget.value.trim();
            clearTimeout(timer.current);
            timer.current = window.setTimeout(() => onValue(typed), PAUSE);
          }}
        />
        <Key name="/" />
      </label>
      {wrong && (
        <p class="wrong search-wrong" role="alert" id={id}>
          {wrong}
        </p>
      )}
    </>
  );
}
