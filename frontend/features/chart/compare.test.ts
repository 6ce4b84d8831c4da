import { describe, expect, it } from "vitest";

import { fileName, writeBarsCsv } from "@/features/chart/bars-csv";
import { alignCloses, changeInView } from "@/features/chart/compare";

const columns = (times: number[], closes: number[]) => ({
  time: times,
  open: closes,
  high: closes,
  low: closes,
  close: closes,
  volume: closes.map((_, i) => (i === 0 ? null : 7)),
});

describe("compared symbols", () => {
  it("stand at the chart's bars with their newest close", () => {
    const other = columns([5, 10, 12, 20, 50], [1, 2, 3, 4, 5]);
    const aligned = [...alignCloses([10, 20, 30, 40], other)];
    expect(aligned.slice(0, 2)).toEqual([2, 4]);
    // No bar of the other fell into these: nothing is made up.
    expect(aligned.slice(2)).toEqual([Number.NaN, Number.NaN]);
  });

  it("count from their first value in view", () => {
    const values = [50, Number.NaN, 100, 110, Number.NaN, 90];
    expect(changeInView(values, 0.4, 3)).toBeCloseTo(0.1);
    expect(changeInView(values, 0, 3)).toBeCloseTo(1.2);
    expect(changeInView(values, 2, 4)).toBeCloseTo(0.1);
    expect(changeInView(values, 2, 99)).toBeCloseTo(-0.1);
    expect(changeInView([Number.NaN], 0, 0)).toBeNull();
  });
});

describe("the CSV of a chart", () => {
  const bars = columns([0, 3_600, 7_200], [1.5, 2, 1e-7]);
  const sma = {
    key: "sma:2",
    place: "overlay" as const,
    levels: [],
    colour: 0,
    lines: [{ label: "", look: "line" as const, values: new Float64Array([Number.NaN, 1.75, 1]) }],
  };

  it("holds the bars in view and the indicators, empty where there is nothing", () => {
    expect(writeBarsCsv(bars, [sma], ["SMA 2"], true, -3, 1.2)).toBe(
      "time,open,high,low,close,volume,SMA 2\n" +
        "1970-01-01T00:00:00Z,1.5,1.5,1.5,1.5,,\n" +
        "1970-01-01T01:00:00Z,2,2,2,2,7,1.75\n",
    );
    expect(writeBarsCsv(bars, [], [], false).split("\n")[3]).toBe("1970-01-01,1e-7,1e-7,1e-7,1e-7,7");
  });

  it("has a name that a file can have", () => {
    expect(fileName("EUR/USD", "1day", "csv")).toBe("EUR-USD-1day.csv");
  });
});
