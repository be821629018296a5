import { text } from "../../text";

const HEIGHT = 24;
const STEP = 12;

/** People on each of the last seven days, as bars. */
export function Sparkline({ days }: { days: readonly number[] }) {
  const most = Math.max(1, ...days);
  return (
    <svg class="spark" viewBox={`0 0 ${STEP * 7} ${HEIGHT}`} role="img" aria-label={text.links.sparkline(days)}>
      {days.map((value, day) => {
        const height = Math.max(1, (value / most) * HEIGHT);
        // A day has no identity but its place.
        return <rect key={`${day}`} x={day * STEP} y={HEIGHT - height} width={STEP - 3} height={height} rx={1.5} />;
      })}
    </svg>
  );
}
