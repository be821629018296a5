import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import type { Bar } from "./chart";
import { labelled, levels } from "./chart-scale";
import { compact } from "./format";

/** The bar under the pointer: its place in the list, and its middle in pixels and as a share of the width. */
export interface Hover {
  index: number;
  left: number;
  share: number;
}

export interface ChartPlot {
  update: (bars: readonly Bar[]) => void;
  destroy: () => void;
}

/** Pixels that a label of the horizontal axis needs. */
const ROOM = 64;
/** The share of a unit that its bar fills, and the widest bar in pixels. */
const FILL = 0.76;
const WIDEST = 44;

/** Draws the bars into an element, in its size, and again when its size or the colour scheme changes. */
export function drawChart(
  place: HTMLElement,
  first: readonly Bar[],
  onHover: (hover: Hover | null) => void,
): ChartPlot {
  let bars = first;
  const color = (name: string) => () => getComputedStyle(place).getPropertyValue(name).trim();
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const most = () => Math.max(...bars.map(total), 0);
  const series = (fill: string): uPlot.Series => ({
    fill: color(fill),
    width: 0,
    points: { show: false },
    paths: (plot, index, from, to) =>
      uPlot.paths.bars?.({ size: [FILL, WIDEST], radius: 0.12 })(plot, index, from, to) ?? null,
  });
  const axis: uPlot.Axis = { stroke: color("--ink-3"), font, ticks: { show: false }, gap: 8 };
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: () => [-0.5, Math.max(0.5, bars.length - 0.5)] },
        y: { range: () => [0, levels(most()).at(-1) ?? 1] },
      },
      axes: [
        {
          ...axis,
          size: 30,
          grid: { show: false },
          splits: (self) => labelled(bars.length, self.bbox.width / uPlot.pxRatio, ROOM),
          values: (_, splits) => splits.map((index) => bars[index]?.label ?? ""),
        },
        {
          ...axis,
          size: 48,
          grid: { stroke: color("--line"), width: 1 },
          splits: () => levels(most()),
          values: (_, splits) => splits.map(compact),
        },
      ],
      // The grey bar has the whole height, and the people's bar is drawn over it.
      series: [{}, series("--machines"), series("--people")],
      hooks: {
        setCursor: [
          ({ cursor, over }) => {
            const index = cursor.idx;
            const isOutside = index === null || index === undefined || (cursor.left ?? -1) < 0 || bars.length === 0;
            if (isOutside) return onHover(null);
            const middle = ((index + 0.5) / bars.length) * over.clientWidth;
            onHover({ index, left: over.offsetLeft + middle, share: middle / over.clientWidth });
          },
        ],
      },
    },
    dataOf(bars),
    place,
  );
  const sizes = new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: place.clientHeight });
  });
  sizes.observe(place);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => plot.redraw(true);
  scheme.addEventListener("change", redraw);
  return {
    update: (next) => {
      bars = next;
      plot.setData(dataOf(bars));
    },
    destroy: () => {
      sizes.disconnect();
      scheme.removeEventListener("change", redraw);
      plot.destroy();
    },
  };
}

const total = ({ people, machines, previews }: Bar): number => people + machines + previews;

function dataOf(bars: readonly Bar[]): uPlot.AlignedData {
  return [bars.map((_, index) => index), bars.map(total), bars.map(({ people }) => people)];
}
