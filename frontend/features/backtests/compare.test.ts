import { describe, expect, it } from "vitest";

import {
  bestOf,
  comparePath,
  describeDifferences,
  nameRuns,
  parameterNames,
  readIds,
} from "@/features/backtests/compare";
import { METRIC_TEXTS } from "@/features/backtests/metric-texts";
import type { ComparedRun } from "@/lib/api/generated";

const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;
const run = (metrics: Partial<ComparedRun["metrics"]>, parameters = {}) =>
  ({ name: null, symbol: "AAPL", metrics, parameters }) as ComparedRun;

describe("the runs of an address", () => {
  it("come once each, at most five, and nothing else", () => {
    expect(readIds(`${id(1)},${id(2)},${id(1)},rubbish, ${id(3)}`)).toEqual([id(1), id(2), id(3)]);
    expect(readIds([1, 2, 3, 4, 5, 6].map(id).join(","))).toHaveLength(5);
    expect(readIds(null)).toEqual([]);
    expect(readIds(new URL(comparePath([id(1), id(2)]), "http://a").searchParams.get("ids"))).toHaveLength(2);
  });
});

describe("a comparison", () => {
  const text = (name: "sharpe" | "max_drawdown" | "volatility" | "trades") => METRIC_TEXTS.get(name)!;

  it("marks the best figure, whichever way is good", () => {
    expect([...bestOf(text("sharpe"), [run({ sharpe: 1 }), run({ sharpe: 2 })])]).toEqual([1]);
    expect([
      ...bestOf(text("max_drawdown"), [run({ max_drawdown: -0.1 }), run({ max_drawdown: -0.4 })]),
    ]).toEqual([0]);
    expect([...bestOf(text("volatility"), [run({ volatility: 0.2 }), run({ volatility: 0.1 })])]).toEqual([
      1,
    ]);
  });

  it("marks nothing where nothing is better", () => {
    expect(bestOf(text("sharpe"), [run({ sharpe: 1 }), run({ sharpe: 1 })]).size).toBe(0);
    expect(bestOf(text("sharpe"), [run({ sharpe: 1 }), run({ sharpe: null })]).size).toBe(0);
    expect(bestOf(text("trades"), [run({ trades: 1 }), run({ trades: 2 })]).size).toBe(0);
  });

  it("marks no amount of money of runs that began with different cash", () => {
    const small = run({ final_equity: 20_000, total_return: 1, best: 500 });
    const same = run({ final_equity: 15_000, total_return: 0.5, best: 400 });
    const large = run({ final_equity: 1_500_000, total_return: 0.5, best: 40_000 });
    const best = METRIC_TEXTS.get("best")!;
    expect([...bestOf(best, [small, same])]).toEqual([0]);
    expect(bestOf(best, [small, large]).size).toBe(0);
    expect([...bestOf(METRIC_TEXTS.get("total_return")!, [small, large])]).toEqual([0]);
  });

  it("says what else differs, and crowns no sum of a longer period", () => {
    const short = { ...run({ total_return: 0.2, sharpe: 1 }), start: "2020-01-01T00:00:00Z", end: null };
    const long = { ...run({ total_return: 0.9, sharpe: 2 }), start: null, end: null };
    expect(describeDifferences([short, { ...short }])).toBeNull();
    expect(describeDifferences([short, long])).toContain("differ in period:");
    expect(describeDifferences([short, { ...long, symbol: "IBM" }])).toContain("instrument and period");
    expect(bestOf(METRIC_TEXTS.get("total_return")!, [short, long]).size).toBe(0);
    expect([...bestOf(text("sharpe"), [short, long])]).toEqual([1]);
  });

  it("tells equal rules apart by a letter", () => {
    expect(nameRuns([run({}), run({})])).toEqual(["A  Unsaved rule on AAPL", "B  Unsaved rule on AAPL"]);
    expect(parameterNames([run({}, { fast: 1 }), run({}, { fast: 2, slow: 3 })])).toEqual(["fast", "slow"]);
  });
});
