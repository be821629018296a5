import { ROW_HEIGHT } from "./rows";

/** The number of the row that has the focus, or that contains what has it. */
export function focusedRow(): number | null {
  const row = document.activeElement?.closest("li")?.querySelector<HTMLElement>("[data-row]");
  return row ? Number(row.dataset.row) : null;
}

/** Moves the focus by `step` rows; without a focused row to the first one that is visible. */
export function moveFocus(step: number, length: number): void {
  const current = focusedRow();
  if (current === null) {
    const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
    const boxes = rows.map((row) => (row.closest("li") ?? row).getBoundingClientRect());
    rows[firstVisible(boxes, innerHeight)]?.focus();
    return;
  }
  const next = current + step;
  if (next < 0 || next >= length) return;
  if (focusRow(next)) return;
  // Rows far from what is visible are not in the document: they are drawn after scrolling.
  const top = document.querySelector(".link-rows")?.getBoundingClientRect().top ?? 0;
  scrollBy({ top: top + next * ROW_HEIGHT - innerHeight / 2, behavior: "instant" });
  requestAnimationFrame(() => requestAnimationFrame(() => focusRow(next)));
}

/** The first box that is inside the window, or else the first of all that reaches into it. */
export function firstVisible(boxes: readonly { top: number; bottom: number }[], height: number): number {
  const inside = boxes.findIndex(({ top, bottom }) => top >= 0 && bottom <= height);
  return inside >= 0 ? inside : boxes.findIndex(({ top, bottom }) => bottom > 0 && top < height);
}

function focusRow(index: number): boolean {
  const row = document.querySelector<HTMLElement>(`[data-row="${index}"]`);
  row?.focus();
  row?.closest("li")?.scrollIntoView({ block: "nearest" });
  return row !== null;
}
