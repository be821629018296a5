import { fullTime, when } from "./format";

/** A time as people say it. The full time is shown on hover. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {when(at)}
    </time>
  );
}
