import type { BarColumns } from "@/features/chart/indicator-catalog";
import { intervalChoices, type Interval } from "@/features/chart/intervals";

export const NO_BARS: BarColumns = { time: [], open: [], high: [], low: [], close: [], volume: [] };

/** Joins pages that came newest first into columns that ascend. Bars a page repeats are left out. */
export function joinPages(pages: readonly BarColumns[]): BarColumns {
  if (pages.length === 0) return NO_BARS;
  if (pages.length === 1) return pages[0]!;
  const kept: { page: BarColumns; count: number }[] = [];
  let oldest = Number.POSITIVE_INFINITY;
  for (const page of pages) {
    let count = page.time.length;
    while (count > 0 && page.time[count - 1]! >= oldest) count -= 1;
    if (count > 0) {
      kept.unshift({ page, count });
      oldest = page.time[0]!;
    }
  }
  const join = <T>(pick: (page: BarColumns) => T[]): T[] =>
    kept.flatMap(({ page, count }) => (count === page.time.length ? pick(page) : pick(page).slice(0, count)));
  return {
    time: join((page) => page.time),
    open: join((page) => page.open),
    high: join((page) => page.high),
    low: join((page) => page.low),
    close: join((page) => page.close),
    volume: join((page) => page.volume),
  };
}

/** Digits after the point that tell the chart's prices apart. */
export function priceDecimals(prices: readonly number[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const price of prices) if (price > 0 && price < smallest) smallest = price;
  if (!Number.isFinite(smallest) || smallest >= 5) return 2;
  if (smallest >= 0.5) return 4;
  return Math.min(10, 4 - Math.floor(Math.log10(smallest)));
}

/** Whether any bar says what was traded. */
export function hasVolume(bars: BarColumns): boolean {
  return bars.volume.some((value) => value !== null && Number.isFinite(value));
}

/** Index of the first bar at or after `time`; the count of bars when there is none. */
export function firstBarFrom(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bars a span needs at most, by the clock; a first guess for how much to load. */
export function estimateBars(spanSeconds: number, intervalSeconds: number, roundTheClock: boolean): number {
  const share = intervalSeconds >= 86_400 || roundTheClock ? 1 : 7.5 / 24;
  return Math.ceil((spanSeconds / intervalSeconds) * share);
}

export type WindowSummary = {
  from: number;
  to: number;
  count: number;
  first: number;
  last: number;
  change: number;
  highest: { price: number; time: number };
  lowest: { price: number; time: number };
};

/** What a stretch of bars did, both ends included; null when it holds no bar. */
export function summarizeWindow(bars: BarColumns, fromIndex: number, toIndex: number): WindowSummary | null {
  const start = Math.max(0, Math.ceil(fromIndex));
  const end = Math.min(bars.time.length - 1, Math.floor(toIndex));
  if (end < start) return null;
  let top = start;
  let bottom = start;
  for (let i = start + 1; i <= end; i += 1) {
    if (bars.high[i]! > bars.high[top]!) top = i;
    if (bars.low[i]! < bars.low[bottom]!) bottom = i;
  }
  const first = bars.close[start]!;
  const last = bars.close[end]!;
  return {
    from: bars.time[start]!,
    to: bars.time[end]!,
    count: end - start + 1,
    first,
    last,
    change: last / first - 1,
    highest: { price: bars.high[top]!, time: bars.time[top]! },
    lowest: { price: bars.low[bottom]!, time: bars.time[bottom]! },
  };
}

/** The first bar of an interval by what is stored, in seconds: its own bars, or those that it is made from. */
export function firstStored(
  series: readonly { interval: Interval; first_bar_at: string | null }[],
  interval: Interval,
): number | undefined {
  const kept = series.filter(({ first_bar_at }) => first_bar_at !== null);
  const choice = intervalChoices(kept.map((one) => one.interval)).find((one) => one.interval === interval);
  const from = kept.find((one) => one.interval === (choice?.from ?? interval));
  return from ? Date.parse(from.first_bar_at!) / 1000 : undefined;
}
