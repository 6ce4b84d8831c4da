/** Other symbols beside the chart's own, in percent from the left edge of the view. Pure. */
import { firstBarFrom } from "@/features/chart/bars";
import type { BarColumns } from "@/features/chart/indicator-catalog";

/**
 * Closes of another symbol at the bars of the chart: at each bar the other's newest close that is later than the bar
 * before, NaN where it has none.
 */
export function alignCloses(times: readonly number[], other: BarColumns): Float64Array {
  const aligned = new Float64Array(times.length).fill(Number.NaN);
  let j = times.length > 0 ? firstBarFrom(other.time, times[0]!) : 0;
  for (let i = 0; i < times.length; i += 1) {
    let last = -1;
    while (j < other.time.length && other.time[j]! <= times[i]!) {
      last = j;
      j += 1;
    }
    if (last >= 0) aligned[i] = other.close[last]!;
  }
  return aligned;
}

/** The change of a line since its first value in view, at a bar; where the bar has none, at the last one before it. */
export function changeInView(values: ArrayLike<number>, from: number, at: number): number | null {
  const start = Math.max(0, Math.ceil(from));
  let base = Number.NaN;
  for (let i = start; i < values.length && !Number.isFinite(base); i += 1) base = values[i]!;
  let value = Number.NaN;
  for (let i = Math.min(at, values.length - 1); i >= start && !Number.isFinite(value); i -= 1)
    value = values[i]!;
  return base > 0 && Number.isFinite(value) ? value / base - 1 : null;
}

/** A compared symbol's place among the theme's line colours: from the end, as indicators begin at the front. */
export function compareColour(position: number): number {
  return 4 - (position % 5);
}
