import { describe, expect, it } from "vitest";

import {
  chartPath,
  isBeyond,
  rangeAfter,
  rangesOf,
  rangeStart,
  readChartState,
  writeChartState,
} from "@/features/chart/chart-state";

const read = (query: string) => readChartState(new URLSearchParams(query));
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 1000;

describe("the chart's address", () => {
  it("survives being written and read", () => {
    const query =
      "symbol=AAPL&interval=1day&range=5Y&ind=sma:20,ema:50,bb:20:2.5,macd:12:26:9&adjust=none&scale=log";
    expect(writeChartState(read(query))).toBe(query);
  });

  it("keeps a view moved by hand instead of a range", () => {
    const state = read("symbol=BTC/USD&interval=1h&from=2020-01-02T14:30:00Z&to=2020-02-03&range=1M");
    expect(state.range).toBeNull();
    expect(state.window).toEqual({ from: day("2020-01-02") + 52_200, to: day("2020-02-03") });
    expect(writeChartState(state)).toBe(
      "symbol=BTC/USD&interval=1h&from=2020-01-02T14:30:00Z&to=2020-02-03&adjust=splits",
    );
  });

  it("falls back where the address is nonsense", () => {
    const state = read(
      "symbol=%3Cscript%3E&interval=7min&range=9Z&ind=foo:1,sma:-4,sma,rsi:2.5&adjust=x&scale=y&from=2020-02-02&to=2020-01-01",
    );
    expect(state).toEqual({
      symbol: null,
      interval: null,
      range: "1Y",
      window: null,
      indicators: [
        { id: "sma", settings: [20] },
        { id: "rsi", settings: [14] },
      ],
      adjust: "splits",
      scale: "linear",
      compare: [],
    });
  });

  it("reads symbols in any case and takes no more than eight indicators", () => {
    expect(read("symbol=aapl").symbol).toBe("AAPL");
    expect(
      read(`ind=${Array.from({ length: 20 }, (_, i) => `sma:${i + 1}`).join(",")}`).indicators,
    ).toHaveLength(8);
  });

  it("keeps up to five symbols to compare with, each once", () => {
    const state = read("symbol=AAPL&cmp=msft,IBM,msft,<x>,EUR/USD,A,B,C");
    expect(state.compare).toEqual(["MSFT", "IBM", "EUR/USD", "A", "B"]);
    expect(writeChartState(state)).toContain("&cmp=MSFT,IBM,EUR/USD,A,B");
  });

  it("makes links for other rooms", () => {
    expect(chartPath("BRK.B", { interval: "1week", range: "All" })).toBe(
      "/chart?symbol=BRK.B&interval=1week&range=All&adjust=splits",
    );
  });
});

describe("ranges", () => {
  it("count back from the newest bar by the calendar", () => {
    expect(rangeStart("1Y", day("2013-03-01"))).toBe(day("2012-03-01"));
    expect(rangeStart("3M", day("2013-05-31"))).toBe(day("2013-02-28"));
    expect(rangeStart("5Y", day("2012-02-29"))).toBe(day("2007-02-28"));
    expect(rangeStart("All", day("2013-03-01"))).toBeNull();
    expect(rangeStart("5D", day("2013-03-08"))).toBe(day("2013-03-01"));
  });

  it("offer days within the day alone, and change with the interval", () => {
    expect(rangesOf("5min")).toContain("1D");
    expect(rangesOf("1day")).not.toContain("5D");
    expect(rangeAfter("1Y", "1day", "1min")).toBe("1D");
    expect(rangeAfter("1Y", "1day", "15min")).toBe("5D");
    expect(rangeAfter("1Y", "4h", "1min")).toBe("1D");
    expect(rangeAfter("1D", "1min", "1h")).toBe("1M");
    expect(rangeAfter("3M", "4h", "1h")).toBe("1M");
    expect(rangeAfter(null, "1min", "5min")).toBeNull();
    expect(rangeAfter("1D", "1min", "1week")).toBe("1Y");
    expect(rangeAfter("1M", "5min", "4h")).toBe("1M");
    expect(rangeAfter(null, "1day", "1week")).toBeNull();
  });

  it("begin with as many bars as can be told apart", () => {
    expect(read("interval=1min").range).toBe("1D");
    expect(read("interval=15min").range).toBe("5D");
    expect(read("interval=1h").range).toBe("1M");
    expect(read("interval=4h").range).toBe("1Y");
    expect(read("interval=1min&range=1Y").range).toBe("1Y");
    expect(chartPath("BTC/USD", { interval: "1min" })).toContain("range=1D");
  });

  it("reach beyond a history that is shorter", () => {
    const [oldest, newest] = [day("2026-11-02"), day("2026-12-01")];
    const beyond = (["5D", "1M", "3M", "1Y", "All"] as const).filter((one) => isBeyond(one, oldest, newest));
    expect(beyond).toEqual(["3M", "1Y"]);
    expect(isBeyond("1Y", undefined, newest)).toBe(false);
  });
});
