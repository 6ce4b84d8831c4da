/** Indicators of a chart whose last bars move: only their last values are worked out again. */
import {
  findIndicator,
  formatIndicator,
  type BarColumns,
  type ChosenIndicator,
} from "@/features/chart/indicator-catalog";
import type { DrawnIndicator } from "@/features/chart/indicator-series";

/** After so many windows an average that never forgets has forgotten where it began, to the last digit shown. */
const WINDOWS_TO_FORGET = 40;
const LEAST_HISTORY = 200;

export function computeIndicators(bars: BarColumns, chosen: readonly ChosenIndicator[]): DrawnIndicator[] {
  return chosen.map((indicator, i) => {
    const kind = findIndicator(indicator.id)!;
    return {
      key: formatIndicator(indicator),
      place: kind.place,
      levels: kind.levels ?? [],
      colour: i,
      lines: kind.compute(bars, indicator.settings),
    };
  });
}

function lastBars(bars: BarColumns, count: number): BarColumns {
  if (count >= bars.time.length) return bars;
  return {
    time: bars.time.slice(-count),
    open: bars.open.slice(-count),
    high: bars.high.slice(-count),
    low: bars.low.slice(-count),
    close: bars.close.slice(-count),
    volume: bars.volume.slice(-count),
  };
}

/** The indicators of `bars`, taken from `steady` (those of the first bars) where these cannot have changed. */
export function extendIndicators(
  steady: readonly DrawnIndicator[],
  chosen: readonly ChosenIndicator[],
  bars: BarColumns,
  steadyCount: number,
): DrawnIndicator[] {
  const from = Math.max(0, steadyCount - 1);
  const fresh = bars.time.length - from;
  return steady.map((indicator, i) => {
    const { id, settings } = chosen[i]!;
    const history = Math.max(LEAST_HISTORY, Math.ceil(Math.max(1, ...settings)) * WINDOWS_TO_FORGET);
    const recent = lastBars(bars, history + fresh);
    const computed = findIndicator(id)!.compute(recent, settings);
    const offset = bars.time.length - recent.time.length;
    return {
      ...indicator,
      lines: indicator.lines.map((line, j) => {
        const values = new Float64Array(bars.time.length);
        values.set(line.values.subarray(0, from));
        values.set(computed[j]!.values.subarray(from - offset), from);
        return { ...line, values };
      }),
    };
  });
}
