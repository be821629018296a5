import "./chart.css";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../text";
import type { ChartPlot, Hover } from "./chart-plot";
import { number } from "./format";

/** One unit of time. */
export interface Bar {
  /** Its name on the axis. */
  label: string;
  /** Its name in full. */
  title: string;
  people: number;
  machines: number;
  previews: number;
}

/**
 * Clicks by time as stacked bars: people, and machines with previews in grey on top. The drawing is a file of its own,
 * fetched when it is first shown; its place has the final height from the start. The same numbers are a table.
 */
export function Chart({
  bars,
  title,
  actions,
}: {
  bars: readonly Bar[];
  title: string;
  actions?: preact.ComponentChildren;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<ChartPlot | null>(null);
  const latest = useRef(bars);
  latest.current = bars;
  const hover = useSignal<Hover | null>(null);
  const isTable = useSignal(false);
  const hasFailed = useSignal(false);
  const id = useId();
  useEffect(() => {
    let isGone = false;
    mendLanguage();
    import("./chart-plot").then(
      ({ drawChart }) => {
        if (isGone || place.current === null) return;
        plot.current = drawChart(place.current, latest.current, (at) => {
          hover.value = at;
        });
      },
      () => {
        hasFailed.value = true;
      },
    );
    return () => {
      isGone = true;
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => {
    hover.value = null;
    plot.current?.update(bars);
  }, [bars]);
  const showsTable = useComputed(() => isTable.value || hasFailed.value);
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption class="chart-head">
        <h2 id={id}>{title}</h2>
        <span class="chart-key people">{text.chart.people}</span>
        <span class="chart-key machines">{text.chart.machinesAndPreviews}</span>
        <span class="spacer" />
        {actions}
        <button
          type="button"
          class="chip"
          aria-pressed={showsTable.value}
          onClick={() => {
            isTable.value = !isTable.value;
          }}
        >
          {text.chart.table}
        </button>
      </figcaption>
      <div class="chart-place" hidden={showsTable.value} aria-hidden="true">
        <div class="chart-plot" ref={place} />
        {hover.value && <Tip hover={hover.value} bar={bars[hover.value.index]} />}
      </div>
      <ChartTable bars={bars} title={title} isVisible={showsTable.value} />
    </figure>
  );
}

/** The numbers of the bar under the pointer. It stays inside the chart. */
function Tip({ hover, bar }: { hover: Hover; bar: Bar | undefined }) {
  if (bar === undefined) return null;
  return (
    <div class={hover.share > 0.5 ? "chart-tip before" : "chart-tip"} style={{ left: `${hover.left}px` }}>
      <b>{bar.title}</b>
      <span>{text.chart.of.people(bar.people)}</span>
      <span>{text.chart.of.machines(bar.machines)}</span>
      <span>{text.chart.of.previews(bar.previews)}</span>
    </div>
  );
}

function ChartTable({ bars, title, isVisible }: { bars: readonly Bar[]; title: string; isVisible: boolean }) {
  return (
    // A region that scrolls can have the focus, so that keys scroll it.
    <section class={isVisible ? "chart-table" : "hidden"} aria-label={title} tabIndex={isVisible ? 0 : undefined}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{text.chart.time}</th>
            <th scope="col" class="number">
              {text.chart.people}
            </th>
            <th scope="col" class="number">
              {text.chart.machines}
            </th>
            <th scope="col" class="number">
              {text.chart.previews}
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, index) => (
            // A bar has no identity but its place.
            <tr key={`${index}`}>
              <th scope="row">{bar.title}</th>
              <td class="number">{number(bar.people)}</td>
              <td class="number">{number(bar.machines)}</td>
              <td class="number">{number(bar.previews)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** uPlot formats numbers in the language of the browser. Without a locale Chromium names one that is no language tag. */
function mendLanguage(): void {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en", configurable: true });
  }
}
