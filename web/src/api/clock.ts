/** How far the clock of the deployment is ahead of the browser's, in milliseconds. */
let ahead = 0;

/** Differences below this are the delay of the network. */
const TOLERATED = 30_000;

/** Learns the time of the deployment from the `Date` of a response. */
export function learnTime(response: Response): void {
  const sent = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(sent)) return;
  const difference = sent - Date.now();
  ahead = Math.abs(difference) > TOLERATED ? difference : 0;
}

/** The time of the deployment. The clock of the browser may be wrong by days. */
export function now(): number {
  return Date.now() + ahead;
}
