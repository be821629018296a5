export type ExpiryChoice = "never" | "30" | "90" | "365" | "date";

const DAY = 24 * 60 * 60 * 1_000;

/** When a new key expires: `null` for never, `undefined` if the date is missing or past. */
export function expiryOf(choice: ExpiryChoice, date: string, now: number): string | null | undefined {
  if (choice === "never") return null;
  if (choice !== "date") return new Date(now + Number(choice) * DAY).toISOString();
  const parts = date.split("-").map(Number);
  const [year = Number.NaN, month = Number.NaN, day = Number.NaN] = parts;
  // The last second of the chosen day, where the person is.
  const end = new Date(year, month - 1, day + 1).getTime() - 1_000;
  return end > now ? new Date(end).toISOString() : undefined;
}
