/** How many bars lie between two labels of the axis: numbers that divide days, weeks and years. */
const STEPS = [1, 2, 3, 4, 6, 7, 12, 14, 24, 28, 48, 52, 84, 168];

/** The bars that have a label, so that each label has at least `room` pixels. */
export function labelled(bars: number, width: number, room: number): number[] {
  const most = Math.max(1, Math.floor(width / room));
  const step = STEPS.find((size) => Math.ceil(bars / size) <= most) ?? Math.ceil(bars / most);
  return Array.from({ length: Math.ceil(bars / step) }, (_, index) => index * step);
}

/** Round numbers of the vertical axis, from zero to at least `most`, in at most `parts` whole steps. */
export function levels(most: number, parts = 4): number[] {
  const least = Math.max(1, most / parts);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.ceil([1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least) ?? 10 * power);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
