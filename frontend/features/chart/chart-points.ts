/** Bars as the points the chart library takes. */
import type {
  CandlestickData,
  HistogramData,
  LineData,
  UTCTimestamp,
  WhitespaceData,
} from "lightweight-charts";

import type { BarColumns } from "@/features/chart/indicator-catalog";

export const keyTime = (key: number) => key as UTCTimestamp;

export function candlePoint(bars: BarColumns, i: number, key: number): CandlestickData<UTCTimestamp> {
  return {
    time: keyTime(key),
    open: bars.open[i]!,
    high: bars.high[i]!,
    low: bars.low[i]!,
    close: bars.close[i]!,
  };
}

export type VolumeTones = { up: string; down: string };

export function volumePoint(
  bars: BarColumns,
  i: number,
  key: number,
  tones: VolumeTones,
): HistogramData<UTCTimestamp> | WhitespaceData<UTCTimestamp> {
  const value = bars.volume[i] ?? Number.NaN;
  if (Number.isNaN(value)) return { time: keyTime(key) };
  return { time: keyTime(key), value, color: bars.close[i]! >= bars.open[i]! ? tones.up : tones.down };
}

/** A value of a line; where it is undefined there is a gap. */
export function linePoint(
  values: ArrayLike<number>,
  i: number,
  key: number,
): LineData<UTCTimestamp> | WhitespaceData<UTCTimestamp> {
  const value = values[i]!;
  return Number.isFinite(value) ? { time: keyTime(key), value } : { time: keyTime(key) };
}

/** Whether two sets of columns say the same about a bar. */
export function isSameBar(a: BarColumns, b: BarColumns, i: number): boolean {
  return (
    a.time[i] === b.time[i] &&
    a.close[i] === b.close[i] &&
    a.high[i] === b.high[i] &&
    a.low[i] === b.low[i] &&
    a.open[i] === b.open[i] &&
    a.volume[i] === b.volume[i]
  );
}
