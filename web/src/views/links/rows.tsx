import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** The height of a row in pixels, as `links.css` sets it. */
export const ROW_HEIGHT = 68;
/** Rows that are drawn above and below what is visible. */
const MARGIN = 6;

interface RowsProps {
  length: number;
  render: (index: number) => ComponentChildren;
  /** Called when the end of the loaded rows comes near. */
  onNearEnd: () => void;
  label: string;
}

/** Rows of one height, of which only the visible ones are in the document. */
export function Rows({ length, render, onNearEnd, label }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const range = useSignal({ from: 0, to: 20 });
  const nearEnd = useRef(onNearEnd);
  nearEnd.current = onNearEnd;
  const update = () => {
    const top = -(list.current?.getBoundingClientRect().top ?? 0);
    const from = Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN);
    const to = Math.ceil((top + innerHeight) / ROW_HEIGHT) + MARGIN;
    if (from !== range.peek().from || to !== range.peek().to) range.value = { from, to };
    if (to + MARGIN >= length) nearEnd.current();
  };
  useLayoutEffect(update, [length]);
  useEffect(() => {
    addEventListener("scroll", update, { passive: true });
    addEventListener("resize", update);
    return () => {
      removeEventListener("scroll", update);
      removeEventListener("resize", update);
    };
  }, [length]);
  const from = Math.min(range.value.from, Math.max(0, length - 1));
  const to = Math.min(range.value.to, length);
  const rows = [];
  for (let index = from; index < to; index += 1) rows.push(render(index));
  return (
    <ul
      class="link-rows"
      ref={list}
      aria-label={label}
      style={{ paddingTop: `${from * ROW_HEIGHT}px`, paddingBottom: `${(length - to) * ROW_HEIGHT}px` }}
    >
      {rows}
    </ul>
  );
}
