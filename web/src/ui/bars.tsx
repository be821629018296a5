import "./bars.css";
import { number } from "./format";

export interface Bar {
  label: string;
  people: number;
  machines: number;
}

interface BarsProps {
  title: string;
  /** The name of a bar's unit, the head of the first column for screen readers. */
  unit: string;
  names: { people: string; machines: string };
  bars: readonly Bar[];
}

const WIDTH = 1000;
const HEIGHT = 200;

/** Stacked bars: people, and machines in grey on top. Screen readers get a table. */
export function Bars({ title, unit, names, bars }: BarsProps) {
  const most = Math.max(1, ...bars.map((bar) => bar.people + bar.machines));
  const step = WIDTH / Math.max(1, bars.length);
  const gap = Math.min(4, step * 0.15);
  const height = (value: number) => (value / most) * HEIGHT;
  return (
    <figure class="bars">
      <figcaption class="row-line">
        <h2>{title}</h2>
        <span class="spacer" />
        <span class="bars-keys">
          <span class="bars-key people">{names.people}</span>
          <span class="bars-key machines">{names.machines}</span>
        </span>
      </figcaption>
      <div class="bars-plot" aria-hidden="true">
        <span class="bars-scale">{number(most)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {bars.map((bar, index) => (
            <g key={bar.label}>
              <title>{`${bar.label}: ${number(bar.people)} ${names.people}, ${number(bar.machines)} ${names.machines}`}</title>
              <rect class="hit" x={index * step} y={0} width={step} height={HEIGHT} />
              <rect
                class="people"
                x={index * step + gap / 2}
                y={HEIGHT - height(bar.people)}
                width={step - gap}
                height={height(bar.people)}
              />
              <rect
                class="machines"
                x={index * step + gap / 2}
                y={HEIGHT - height(bar.people + bar.machines)}
                width={step - gap}
                height={height(bar.machines)}
              />
            </g>
          ))}
        </svg>
      </div>
      <div class="bars-labels quiet" aria-hidden="true">
        {axisLabels(bars).map((label) => (
          <span key={label}>{label}</span>
        ))}
      </div>
      <table class="hidden">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{unit}</th>
            <th scope="col">{names.people}</th>
            <th scope="col">{names.machines}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.label}>
              <th scope="row">{bar.label}</th>
              <td>{number(bar.people)}</td>
              <td>{number(bar.machines)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The labels below: the first, the last, and some between. */
function axisLabels(bars: readonly Bar[]): string[] {
  const last = bars.length - 1;
  const places = [0, last / 4, last / 2, (last * 3) / 4, last].map(Math.round);
  return [...new Set(places)].flatMap((place) => bars[place]?.label ?? []);
}
