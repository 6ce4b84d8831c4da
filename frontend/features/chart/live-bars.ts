/** Bars that arrive while a chart is open, joined to those that were loaded. Pure; nothing here asks or draws. */
import { firstBarFrom } from "@/features/chart/bars";
import type { BarColumns } from "@/features/chart/indicator-catalog";

export type LiveState = "live" | "delayed" | "simulated" | "stale" | "closed";

/** A message of `bars:<instrument id>:<interval>`. */
export type LiveBar = {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number | null;
  /** False while the bar is forming. */
  closed: boolean;
  state: LiveState;
  /** A bar that was closed before has other figures now. */
  revised: boolean;
};

/** The bars heard of so far, ascending. `times` stays the same object while no bar comes or goes. */
export type LiveTail = { readonly times: readonly number[]; readonly bars: readonly LiveBar[] };

export const NO_TAIL: LiveTail = { times: [], bars: [] };

/** Takes a bar in: the newest word on a time wins, except that a closed bar is not opened again by a late message. */
export function takeLiveBar(tail: LiveTail, bar: LiveBar): LiveTail {
  const place = firstBarFrom(tail.times, bar.time);
  const before = tail.bars[place];
  if (before?.time === bar.time) {
    if (before.closed && !bar.closed) return tail;
    return { times: tail.times, bars: tail.bars.with(place, bar) };
  }
  return {
    times: [...tail.times.slice(0, place), bar.time, ...tail.times.slice(place)],
    bars: [...tail.bars.slice(0, place), bar, ...tail.bars.slice(place)],
  };
}

/** What is still news after the bars were loaded again: the loaded answer holds every bar that was closed before it. */
export function pruneTail(tail: LiveTail, newest: number | undefined): LiveTail {
  if (newest === undefined) return tail;
  const kept = tail.bars.filter((bar) => bar.time > newest || (bar.time === newest && !bar.closed));
  if (kept.length === tail.bars.length) return tail;
  return { times: kept.map((bar) => bar.time), bars: kept };
}

/** Times of the loaded bars with those that are newer. */
export function joinTimes(stored: readonly number[], tail: readonly number[]): number[] {
  const newest = stored.at(-1) ?? Number.NEGATIVE_INFINITY;
  const newer = tail.filter((time) => time > newest);
  return newer.length === 0 ? (stored as number[]) : [...stored, ...newer];
}

/** The loaded bars with the live ones over and after them; `times` as `joinTimes` made them. */
export function joinLive(stored: BarColumns, tail: LiveTail, times: number[]): BarColumns {
  if (tail.bars.length === 0) return stored;
  const joined: BarColumns = {
    time: times,
    open: stored.open.slice(),
    high: stored.high.slice(),
    low: stored.low.slice(),
    close: stored.close.slice(),
    volume: stored.volume.slice(),
  };
  const last = stored.time.length - 1;
  const newest = stored.time[last] ?? Number.NEGATIVE_INFINITY;
  let end = last;
  for (const bar of tail.bars) {
    // Only the last loaded bar may still be forming; older ones change by loading them again.
    if (bar.time < newest) continue;
    const at = bar.time === newest ? last : (end += 1);
    joined.open[at] = bar.open;
    joined.high[at] = bar.high;
    joined.low[at] = bar.low;
    joined.close[at] = bar.close;
    joined.volume[at] = bar.volume;
  }
  return joined;
}

/**
 * Where a view must stand on other bars to show what it showed on those before. Null when the library holds it by
 * itself: the view is anchored to the newest bar, and one that holds the newest bar follows it.
 */
export function anchoredView(
  before: readonly number[],
  after: readonly number[],
  view: { from: number; to: number },
): { from: number; to: number } | null {
  if (before.length === 0 || after.length === 0) return null;
  const isAtEdge = view.to >= before.length - 1;
  if (isAtEdge) return null;
  const middle = Math.max(0, Math.min(before.length - 1, Math.round((view.from + view.to) / 2)));
  const place = Math.min(after.length - 1, firstBarFrom(after, before[middle]!));
  const shift = place - middle;
  return { from: view.from + shift, to: view.to + shift };
}
