/** Bars of a replay, page by page as it goes on. Pure; nothing here asks or draws. */
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { ReplayBarsRead } from "@/lib/api/generated";

const COLUMNS = ["time", "open", "high", "low", "close"] as const;

/**
 * What is known once `next` came, which was asked for from the last known bar on. Null when it does not continue what
 * was known: the replay went back, prices are adjusted for one more split, or too much came in for one answer.
 */
export function continueBars(known: ReplayBarsRead, next: ReplayBarsRead): ReplayBarsRead | null {
  const last = known.time.at(-1);
  const isContinued = last !== undefined && next.time[0] === last && next.known_splits === known.known_splits;
  if (!isContinued || Date.parse(next.position_at) < Date.parse(known.position_at)) return null;
  if (next.time.length === 1) return { ...known, position_at: next.position_at, forming: next.forming };
  const joined = { ...next };
  for (const name of COLUMNS) joined[name] = [...known[name], ...next[name].slice(1)];
  joined.volume = [...known.volume, ...next.volume.slice(1)];
  return joined;
}

/** The closed bars with the one under way behind them. */
export function withForming(closed: BarColumns, forming: ReplayBarsRead["forming"]): BarColumns {
  if (!forming) return closed;
  return {
    time: [...closed.time, forming.time],
    open: [...closed.open, forming.open],
    high: [...closed.high, forming.high],
    low: [...closed.low, forming.low],
    close: [...closed.close, forming.close],
    volume: [...closed.volume, forming.volume],
  };
}
