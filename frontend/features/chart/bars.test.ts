import { describe, expect, it } from "vitest";

import {
  estimateBars,
  firstBarFrom,
  firstStored,
  joinPages,
  priceDecimals,
  summarizeWindow,
} from "@/features/chart/bars";

const page = (...times: number[]) => ({
  time: times,
  open: times,
  high: times.map((time) => time + 1),
  low: times.map((time) => time - 1),
  close: times,
  volume: times.map(() => 5),
});

describe("pages of bars", () => {
  it("join in ascending order however they came", () => {
    expect(joinPages([page(5, 6), page(3, 4), page(1, 2)]).time).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("leave out what a page repeats, so that times stay unique", () => {
    const joined = joinPages([page(4, 5, 6), page(2, 3, 4, 5), page(2, 3)]);
    expect(joined.time).toEqual([2, 3, 4, 5, 6]);
    expect(joined.high).toEqual([3, 4, 5, 6, 7]);
  });

  it("may be none or empty", () => {
    expect(joinPages([]).time).toEqual([]);
    expect(joinPages([page(1), page()]).time).toEqual([1]);
  });
});

describe("bars in view", () => {
  it("are found by time", () => {
    expect(firstBarFrom([10, 20, 30], 20)).toBe(1);
    expect(firstBarFrom([10, 20, 30], 21)).toBe(2);
    expect(firstBarFrom([10, 20, 30], 31)).toBe(3);
  });

  it("are summed up in words a reader can hear", () => {
    const summary = summarizeWindow(page(10, 40, 20), -3.5, 9.2)!;
    expect(summary.count).toBe(3);
    expect(summary.change).toBe(1);
    expect(summary.highest).toEqual({ price: 41, time: 40 });
    expect(summary.lowest).toEqual({ price: 9, time: 10 });
    expect(summarizeWindow(page(10, 20), 1.2, 1.8)).toBeNull();
  });

  it("are guessed from the clock", () => {
    expect(estimateBars(365 * 86_400, 86_400, false)).toBe(365);
    expect(estimateBars(86_400, 3_600, true)).toBe(24);
    expect(estimateBars(86_400, 3_600, false)).toBe(8);
  });
});

describe("digits of a price", () => {
  it("follow the smallest price shown", () => {
    expect(priceDecimals([186.28, 12.5])).toBe(2);
    expect(priceDecimals([1.0845])).toBe(4);
    expect(priceDecimals([0.00001234])).toBe(9);
    expect(priceDecimals([])).toBe(2);
  });
});

it("knows the first bar of an interval by what it is made from", () => {
  const series = [
    { interval: "1min" as const, first_bar_at: "2026-11-02T00:00:00Z" },
    { interval: "1day" as const, first_bar_at: "2020-01-01T00:00:00Z" },
  ];
  const first = (interval: "5min" | "1week") => firstStored(series, interval);
  expect(first("5min")).toBe(Date.parse("2026-11-02") / 1000);
  expect(first("1week")).toBe(Date.parse("2020-01-01") / 1000);
  expect(firstStored([], "1day")).toBeUndefined();
});
