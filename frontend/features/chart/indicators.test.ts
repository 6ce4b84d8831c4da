import { describe, expect, it } from "vitest";

import fixture from "@/features/chart/indicators.fixture.json";
import {
  adx,
  atr,
  bollinger,
  ema,
  highest,
  macd,
  rma,
  roc,
  rsi,
  sma,
  stdev,
  stochastic,
  wma,
} from "@/features/chart/indicators";

const { high, low, close } = fixture;
const bands = bollinger(close, 20, 2);
const crossing = macd(close, 5, 13, 4);
const direction = adx(high, low, close, 14);

const COMPUTED: Record<keyof typeof fixture.expected, Float64Array> = {
  "sma 10": sma(close, 10),
  "wma 10": wma(close, 10),
  "ema 10": ema(close, 10),
  "rsi 14": rsi(close, 14),
  "atr 14": atr(high, low, close, 14),
  "adx 14": direction.adx,
  "plus_di 14": direction.plus,
  "minus_di 14": direction.minus,
  "bb_upper 20 2": bands.upper,
  "bb_lower 20 2": bands.lower,
  "macd 5 13 4": crossing.line,
  "macd_signal 5 13 4": crossing.signal,
  "macd_hist 5 13 4": crossing.histogram,
  "stdev 10": stdev(close, 10),
  "roc 10": roc(close, 10),
  "stoch_k 14": stochastic(high, low, close, 14),
};

describe("the chart's indicators", () => {
  it.each(Object.entries(fixture.expected))("agrees with the reference library on %s", (name, expected) => {
    const values = COMPUTED[name as keyof typeof COMPUTED];
    // The library starts all three of MACD's outputs with the signal; the line itself is defined earlier.
    if (name !== "macd 5 13 4")
      expect(values.findIndex((value) => !Number.isNaN(value))).toBe(expected.first);
    for (const [index, value] of Object.entries(expected.values))
      expect(Math.abs(values[Number(index)]! - value)).toBeLessThan(1e-9);
  });

  it("is undefined before the window is full and where the window holds a gap", () => {
    expect([...sma([1, 2, NaN, 4, 5, 6], 2)]).toEqual([NaN, 1.5, NaN, NaN, 4.5, 5.5]);
    expect([...highest([3, 1, NaN, 2, 5], 2)]).toEqual([NaN, 3, NaN, NaN, 5]);
  });

  it("starts recursive averages at the first defined value and again after a gap", () => {
    expect([...rma([NaN, 2, 4, 6, NaN, 10, 20, 40], 2)]).toEqual([NaN, NaN, 3, 4.5, NaN, NaN, 15, 27.5]);
    expect([...ema([NaN, 3, 3, 9], 2)]).toEqual([NaN, NaN, 3, 7]);
  });

  it("gives the same value however far back the data starts", () => {
    const noisy = close.map((value) => value + 1e9);
    expect(sma(noisy, 7).at(-1)).toBe(sma(noisy.slice(30), 7).at(-1));
    expect(stdev(noisy, 7).at(-1)).toBe(stdev(noisy.slice(30), 7).at(-1));
  });

  it("calls a series that does not move 0, not undefined, in the relative strength index", () => {
    expect([...rsi([5, 5, 5, 5], 2)]).toEqual([NaN, NaN, 0, 0]);
  });

  it("refuses windows that are no whole number of at least 1", () => {
    for (const window of [0, -1, 1.5, NaN]) expect(() => sma(close, window)).toThrow(RangeError);
  });
});
