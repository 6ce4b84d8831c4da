import { describe, expect, it } from "vitest";

import {
  anchoredView,
  joinLive,
  joinTimes,
  NO_TAIL,
  pruneTail,
  takeLiveBar,
  type LiveBar,
  type LiveTail,
} from "@/features/chart/live-bars";
import { computeIndicators, extendIndicators } from "@/features/chart/live-indicators";
import type { BarColumns } from "@/features/chart/indicator-catalog";

const bar = (time: number, close: number, more: Partial<LiveBar> = {}): LiveBar => ({
  time,
  open: close,
  high: close + 1,
  low: close - 1,
  close,
  volume: 10,
  closed: false,
  state: "live",
  revised: false,
  ...more,
});
const columns = (times: number[], price = (time: number) => time): BarColumns => ({
  time: times,
  open: times.map(price),
  high: times.map((time) => price(time) + 1),
  low: times.map((time) => price(time) - 1),
  close: times.map(price),
  volume: times.map(() => 5),
});
const tailOf = (...bars: LiveBar[]) => bars.reduce(takeLiveBar, NO_TAIL);
const join = (stored: BarColumns, tail: LiveTail) =>
  joinLive(stored, tail, joinTimes(stored.time, tail.times));

describe("live bars", () => {
  it("replace the forming bar in place and go on after it closed", () => {
    const tail = tailOf(bar(60, 1), bar(60, 2), bar(60, 3, { closed: true }), bar(120, 4));
    expect(tail.times).toEqual([60, 120]);
    expect(tail.bars.map(({ close }) => close)).toEqual([3, 4]);
  });

  it("keep the times as they were while no bar came", () => {
    const tail = tailOf(bar(60, 1));
    expect(takeLiveBar(tail, bar(60, 2)).times).toBe(tail.times);
  });

  it("do not open a closed bar again, but take its revision", () => {
    const closed = tailOf(bar(60, 3, { closed: true }));
    expect(takeLiveBar(closed, bar(60, 9))).toBe(closed);
    expect(takeLiveBar(closed, bar(60, 9, { closed: true, revised: true })).bars[0]!.close).toBe(9);
  });

  it("stand in order however they came", () => {
    expect(tailOf(bar(180, 1), bar(60, 1), bar(120, 1)).times).toEqual([60, 120, 180]);
  });

  it("go over the last loaded bar and after it, never under it", () => {
    const stored = columns([60, 120]);
    const joined = join(stored, tailOf(bar(60, 99), bar(120, 7), bar(180, 8)));
    expect(joined.time).toEqual([60, 120, 180]);
    expect(joined.close).toEqual([60, 7, 8]);
    expect(stored.close).toEqual([60, 120]);
    expect(join(stored, NO_TAIL)).toBe(stored);
    expect(join(stored, tailOf(bar(120, 7))).time).toBe(stored.time);
  });

  it("are dropped once loaded, except one that still forms", () => {
    const tail = tailOf(bar(60, 1, { closed: true }), bar(120, 2), bar(180, 3));
    expect(pruneTail(tail, 120).times).toEqual([120, 180]);
    expect(pruneTail(tailOf(bar(120, 2, { closed: true })), 120).times).toEqual([]);
    expect(pruneTail(tail, undefined)).toBe(tail);
    expect(pruneTail(tail, 60 - 1)).toBe(tail);
  });
});

describe("a view over other bars", () => {
  it("stays where it is in time when bars come before, between and after", () => {
    const before = [100, 200, 300, 400, 500, 600];
    const after = [20, 40, 100, 150, 200, 250, 300, 400, 500, 600, 700];
    // Bar 200 is in the middle: index 1 before, index 4 now.
    expect(anchoredView(before, after, { from: 0, to: 2 })).toEqual({ from: 3, to: 5 });
  });

  it("is left to the library when it holds the newest bar", () => {
    expect(anchoredView([1, 2, 3], [1, 2, 3, 4], { from: 0, to: 2.5 })).toBeNull();
    expect(anchoredView([], [1], { from: 0, to: 1 })).toBeNull();
  });
});

describe("indicators of live bars", () => {
  const price = (time: number) => 100 + 10 * Math.sin(time / 7) + (time % 13);
  const all = columns(
    Array.from({ length: 3_000 }, (_, i) => i),
    price,
  );
  const chosen = [
    { id: "sma", settings: [20] },
    { id: "ema", settings: [50] },
    { id: "rsi", settings: [14] },
    { id: "macd", settings: [12, 26, 9] },
    { id: "adx", settings: [14] },
  ];

  it("are what they would be over all bars", () => {
    const steady = columns(all.time.slice(0, 2_990), price);
    const extended = extendIndicators(computeIndicators(steady, chosen), chosen, all, 2_990);
    const whole = computeIndicators(all, chosen);
    extended.forEach((indicator, i) =>
      indicator.lines.forEach((line, j) => {
        const wanted = whole[i]!.lines[j]!.values;
        expect(line.values.length).toBe(3_000);
        for (let k = 2_900; k < 3_000; k += 1) expect(line.values[k]).toBeCloseTo(wanted[k]!, 8);
      }),
    );
  });

  it("follow the last loaded bar where it was still forming", () => {
    const forming = { ...all, close: all.close.with(-1, 500) };
    const extended = extendIndicators(computeIndicators(all, chosen), chosen, forming, 3_000);
    const whole = computeIndicators(forming, chosen);
    expect(extended[0]!.lines[0]!.values.at(-1)).toBeCloseTo(whole[0]!.lines[0]!.values.at(-1)!, 9);
    expect(extended[0]!.lines[0]!.values.at(-2)).toBe(whole[0]!.lines[0]!.values.at(-2));
  });
});
