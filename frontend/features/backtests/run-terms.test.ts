import { describe, expect, it } from "vitest";

import { marketName, requestTerms, termFacts, type AskedTerms } from "@/features/backtests/run-terms";

const ASKED: AskedTerms = {
  symbol: "AAPL",
  symbols: null,
  basket: null,
  interval: "1day",
  start: null,
  end: null,
  initial_cash: "10000.00",
  commission_bps: 10,
  commission_fixed: "0",
  commission_per_unit: "0",
  commission_minimum: "0",
  commission_tiers: [],
  slippage_bps: 5,
  slippage_model: "fixed",
  volume_limit: 0.025,
  price_impact: 0.1,
  borrow_rate: 0,
  overnight_rate: 0,
  whole_units: false,
  close_at_end: true,
  adjust: "splits",
  detail_interval: null,
};
const BASKET: AskedTerms = {
  ...ASKED,
  symbol: "AAPL +1",
  symbols: ["AAPL", "IBM"],
  basket: { slots: 1, weights: "volatility", volatility_window: 20, rebalance: "month" },
};
const fact = (asked: AskedTerms, label: string) =>
  termFacts(asked, "USD").find((row) => row.label === label)?.text;

describe("the terms of a run", () => {
  it("leave out what is nothing", () => {
    expect(termFacts(ASKED, "USD").map(({ label }) => label)).toEqual([
      "Instrument",
      "Prices",
      "Cash",
      "Commission",
      "Slippage",
      "Quantities",
      "At the end",
    ]);
    expect(fact(ASKED, "Commission")).toBe("10 bps");
  });

  it("say every cost that there is", () => {
    const asked: AskedTerms = {
      ...ASKED,
      commission_per_unit: "0.005",
      commission_minimum: "1",
      commission_tiers: [{ from_notional: "0", bps: 20 }],
      slippage_model: "volume_share",
      borrow_rate: 0.03,
      detail_interval: "1h",
    };
    expect(fact(asked, "Commission")).toBe("20 bps from 0 USD, 0.0050 USD a unit, at least 1.00 USD a fill");
    expect(fact(asked, "Slippage")).toContain("entries take at most 2.5% of it");
    expect(fact(asked, "Borrowing")).toBe("3.0% a year on shorts");
    expect(fact(asked, "Within the bar")).toBe("decided on 1 hour bars");
  });

  it("name a basket, and ask for it again as one", () => {
    expect(fact(BASKET, "Basket")).toBe("1 slot, weights by volatility over 20 bars, rebalanced monthly");
    expect(requestTerms(BASKET)).toMatchObject({ symbols: ["AAPL", "IBM"], basket: BASKET.basket });
    expect(requestTerms(BASKET)).not.toHaveProperty("symbol");
    expect(requestTerms(ASKED)).toMatchObject({ symbol: "AAPL" });
    expect(requestTerms(ASKED)).not.toHaveProperty("basket");
  });

  it("fit into a title", () => {
    expect(marketName(ASKED)).toBe("AAPL");
    expect(marketName(BASKET)).toBe("AAPL, IBM");
    expect(marketName({ symbol: "", symbols: ["A", "B", "C", "D"] })).toBe("A, B and 2 more");
  });
});
