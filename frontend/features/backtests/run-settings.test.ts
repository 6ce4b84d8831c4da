import { describe, expect, it } from "vitest";

import {
  decimalsOf,
  DEFAULT_RUN_SETTINGS,
  describeRun,
  readNumber,
  runSettingsSchema,
  settingsOfRun,
  toRequest,
} from "@/features/backtests/run-settings";
import type { RunRead } from "@/lib/api/generated";

const settings = { ...DEFAULT_RUN_SETTINGS, symbol: "AAPL" };
const subject = {
  name: "Trend",
  version: 3,
  isChanged: false,
  parameters: { fast: 10, width: 2.5 },
  lookback: 199,
};
const market = { currency: "USD", firstDay: "2000-03-01", lastDay: "2013-03-01" };
const messages = (change: Partial<typeof settings>) =>
  runSettingsSchema.safeParse({ ...settings, ...change }).error?.issues.map((issue) => issue.path[0]) ?? [];

describe("numbers as they are typed", () => {
  it("are read with thousands and either decimal mark", () => {
    expect(readNumber("10,000.50")).toBe(10_000.5);
    expect(readNumber("10 000")).toBe(10_000);
    expect(readNumber("0,5")).toBe(0.5);
    expect(readNumber(".5")).toBe(0.5);
    expect(readNumber("1,000")).toBe(1_000);
  });

  it("are nothing when they are no plain number", () => {
    for (const text of ["", "abc", "1e5", "NaN", "Infinity", "1.2.3", "--1", "0x10"])
      expect(readNumber(text)).toBeNaN();
  });
});

describe("the settings of a run", () => {
  it("are sound as they stand", () => {
    expect(messages({})).toEqual([]);
  });

  it("name the field that is wrong", () => {
    expect(messages({ symbol: "" })).toEqual(["symbol"]);
    expect(messages({ initial_cash: "0" })).toEqual(["initial_cash"]);
    expect(messages({ initial_cash: "1000000000001" })).toEqual(["initial_cash"]);
    expect(messages({ commission_bps: "-1" })).toEqual(["commission_bps"]);
    expect(messages({ slippage_bps: "1001" })).toEqual(["slippage_bps"]);
    expect(messages({ start: "2013-02-30" })).toEqual(["start"]);
    expect(messages({ start: "2013-01-02", through: "2013-01-01" })).toEqual(["through"]);
  });

  it("ask for an end that no longer counts, one day after the last", () => {
    expect(toRequest({ ...settings, start: "2010-01-01", through: "2012-02-29" })).toMatchObject({
      start: "2010-01-01",
      end: "2012-03-01",
      initial_cash: "10000",
      commission_bps: 10,
    });
    expect(toRequest(settings)).toMatchObject({ start: null, end: null });
  });

  it("come back from a run as they were asked", () => {
    const asked = {
      ...settings,
      start: "2010-01-01",
      through: "2012-02-29",
      initial_cash: "1000000",
      commission_fixed: "1.5",
      commission_per_unit: "0.005",
      commission_tiers: [
        { from_notional: "0", bps: "20" },
        { from_notional: "50000", bps: "7.5" },
      ],
      slippage_model: "volume_share" as const,
      volume_limit: "7.1",
      borrow_rate: "2.9",
      detail_interval: "1h" as const,
    };
    const request = toRequest(asked);
    const run = {
      ...request,
      start: "2010-01-01T00:00:00Z",
      end: "2012-03-01T00:00:00Z",
      commission_fixed: "1.5000",
      initial_cash: "1000000.00",
    };
    expect(request).toMatchObject({ volume_limit: 0.071, borrow_rate: 0.029, overnight_rate: 0 });
    expect(settingsOfRun(run as unknown as RunRead)).toEqual(asked);
  });

  it("ask for a basket instead of an instrument, and come back as one", () => {
    const asked = {
      ...DEFAULT_RUN_SETTINGS,
      is_basket: true,
      symbols: ["AAPL", "IBM"],
      slots: "2",
      weights: "volatility" as const,
      rebalance: "month" as const,
    };
    const request = toRequest(asked);
    expect(request).not.toHaveProperty("symbol");
    expect(request).toMatchObject({
      symbols: ["AAPL", "IBM"],
      basket: { slots: 2, weights: "volatility", volatility_window: 20, rebalance: "month" },
    });
    expect(settingsOfRun({ ...request, symbol: "BASKET" } as unknown as RunRead)).toEqual(asked);
    expect(toRequest({ ...asked, slots: "" }).basket?.slots).toBe(2);
    expect(messages({ is_basket: true, symbols: ["AAPL", "IBM"], slots: "3" })).toEqual(["slots"]);
    expect(messages({ is_basket: true, symbols: ["AAPL"] })).toEqual(["symbols"]);
    expect(messages({ is_basket: true, symbol: "", symbols: ["AAPL", "IBM"] })).toEqual([]);
  });

  it("refuse tiers out of order and detail that is no finer", () => {
    const tier = (from_notional: string) => ({ from_notional, bps: "1" });
    expect(messages({ commission_tiers: [tier("0"), tier("0")] })).toEqual(["commission_tiers"]);
    expect(messages({ commission_tiers: [tier("0"), tier("10")] })).toEqual([]);
    expect(messages({ interval: "1h", detail_interval: "1h" })).toEqual(["detail_interval"]);
    expect(messages({ volume_limit: "0" })).toEqual(["volume_limit"]);
    expect(messages({ borrow_rate: "101" })).toEqual(["borrow_rate"]);
  });
});

describe("what will run, in words", () => {
  it("says rule, bars, cash, costs and parameters", () => {
    expect(describeRun(subject, settings, market)).toEqual([
      "Runs “Trend” version 3 on AAPL daily bars, 2000-03-01 through 2013-03-01, adjusted for splits.",
      "Starts with 10,000 USD; each fill costs 10 bps commission and 5 bps slippage.",
      "With fast 10, width 2.5.",
      "Fractions of a unit are bought; a position open at the end is closed at the last close.",
      "The first 199 bars only warm the indicators up.",
    ]);
  });

  it("says when the text is not the saved one and when bars before the start are used", () => {
    const changed = describeRun(
      { ...subject, isChanged: true },
      { ...settings, start: "2005-01-03" },
      market,
    );
    expect(changed[0]).toContain("the changed text of “Trend”");
    expect(changed[0]).toContain("2005-01-03 through 2013-03-01");
    expect(changed.at(-1)).toBe(
      "Bars before 2005-01-03 warm the indicators up; signals before that day do not count.",
    );
    expect(
      describeRun({ ...subject, name: null, version: null }, { ...settings, symbol: "" }, market)[0],
    ).toBe("Runs the unsaved rule, once an instrument is chosen.");
  });

  it("tells fixed commissions and days within the day", () => {
    const words = describeRun(
      subject,
      { ...settings, commission_fixed: "1.5", interval: "1h", start: "2012-01-02" },
      market,
    );
    expect(words[1]).toContain("10 bps commission, 1.50 USD fixed and 5 bps slippage");
    expect(words.at(-1)).toContain("midnight UTC");
  });

  it("tells what holding costs, and of a basket", () => {
    const words = describeRun(
      subject,
      { ...settings, borrow_rate: "3", is_basket: true, symbols: ["AAPL", "IBM"], slots: "1" },
      market,
    );
    expect(words[0]).toContain("on a basket of 2 instruments (AAPL, IBM), daily bars");
    expect(words).toContain("Held overnight, shorts 3% a year.");
    expect(words.join(" ")).toContain("At most 1 position at once, of equal size");
  });
});

describe("decimals of a number", () => {
  it("are those it has", () => {
    expect([10, 2.5, 0.1 + 0.2, 1e-9, NaN].map(decimalsOf)).toEqual([0, 1, 1, 0, 0]);
  });
});
