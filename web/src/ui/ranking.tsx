import type { ComponentChildren } from "preact";
import { number } from "./format";

export interface Ranked {
  key: string;
  label: ComponentChildren;
  value: number;
  /** More about the value, shown on hover. */
  title?: string;
}

/** A card with values and their numbers as bars. */
export function Ranking({
  title,
  items,
  empty,
  note,
}: {
  title: string;
  items: readonly Ranked[];
  empty: string;
  note?: string;
}) {
  const most = Math.max(1, ...items.map((item) => item.value));
  return (
    <section class="card stack" aria-label={title}>
      <h2>{title}</h2>
      {items.length === 0 ? (
        <p class="quiet">{empty}</p>
      ) : (
        <ol class="bar-list">
          {items.map((item) => (
            <li key={item.key} title={item.title}>
              <span class="fill" style={{ width: `${(item.value / most) * 100}%` }} />
              <span class="label clip">{item.label}</span>
              <b>{number(item.value)}</b>
            </li>
          ))}
        </ol>
      )}
      {note && <p class="quiet">{note}</p>}
    </section>
  );
}
