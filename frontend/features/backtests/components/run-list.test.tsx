import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { editPath, requestOfRun } from "@/features/backtests/components/run-actions";
import { fileName } from "@/features/backtests/file-names";
import { filterRuns, outcomeOf, RunOutcome } from "@/features/backtests/components/run-list";
import { lastRuns } from "@/features/strategies/components/strategy-list";
import type { RunRead, RunSummary } from "@/lib/api/generated";

const summary = (id: string, change: Partial<RunSummary>): RunSummary => ({
  id,
  status: "succeeded",
  progress: 1,
  error: null,
  symbol: "AAPL",
  interval: "1day",
  strategy_id: "s1",
  strategy_version: 1,
  strategy_name: "Trend",
  level: "green",
  total_return: 0.1,
  cagr: 0.01,
  sharpe: 1,
  max_drawdown: -0.1,
  trades: 30,
  final_equity: 11_000,
  benchmark_return: 0.2,
  created_at: "2024-01-01T00:00:00Z",
  started_at: null,
  finished_at: null,
  ...change,
});
const runs = [
  summary("a", { status: "running", level: null, progress: 0.42 }),
  summary("b", { status: "failed", level: null, error: { code: "no_bars", detail: "There are no bars." } }),
  summary("c", { level: "red", symbol: "IBM", interval: "1week" }),
  summary("d", { strategy_id: null, strategy_name: null, level: "amber" }),
  summary("e", { strategy_id: "s2", strategy_name: "Breakout" }),
];
const ids = (found: RunSummary[]) => found.map((run) => run.id);

describe("the list of runs", () => {
  it("knows what became of a run", () => {
    expect(runs.map(outcomeOf)).toEqual(["running", "failed", "red", "amber", "green"]);
  });

  it("is filtered by words in rule, symbol and interval, and by outcome", () => {
    expect(ids(filterRuns(runs, "", "all"))).toEqual(["a", "b", "c", "d", "e"]);
    expect(ids(filterRuns(runs, "ibm weekly", "all"))).toEqual(["c"]);
    expect(ids(filterRuns(runs, "UNSAVED", "all"))).toEqual(["d"]);
    expect(ids(filterRuns(runs, "trend", "red"))).toEqual(["c"]);
    expect(ids(filterRuns(runs, "", "running"))).toEqual(["a"]);
    expect(ids(filterRuns(runs, "nothing like it", "all"))).toEqual([]);
  });

  it("shows progress, failure and verdict in words", () => {
    for (const run of runs.slice(0, 3)) render(<RunOutcome run={run} />);
    expect(screen.getByText("42%")).toBeTruthy();
    expect(screen.getByText("Failed").getAttribute("title")).toBe("There are no bars.");
    expect(screen.getByText("Not believable")).toBeTruthy();
  });

  it("gives each strategy its newest run with a verdict", () => {
    const last = lastRuns([...runs, summary("older", { level: "green" })]);
    expect(last.get("s1")?.id).toBe("c");
    expect(last.get("s2")?.id).toBe("e");
    expect(last.size).toBe(2);
  });
});

describe("a run asked for again", () => {
  const run = {
    ...summary("r", {}),
    source: "enter_long = close > open",
    start: "2010-01-01T00:00:00Z",
    end: null,
    parameters: { fast: 12 },
    initial_cash: "1000000.00",
    commission_bps: 10,
    commission_fixed: "0",
    slippage_bps: 5,
    whole_units: true,
    close_at_end: false,
    adjust: "none",
  } as unknown as RunRead;

  it("names its strategy's version, and carries the text when there is none", () => {
    expect(requestOfRun(run)).toMatchObject({
      strategy_id: "s1",
      version: 1,
      start: "2010-01-01T00:00:00Z",
      parameters: { fast: 12 },
      initial_cash: "1000000.00",
      whole_units: true,
      close_at_end: false,
      adjust: "none",
    });
    expect(requestOfRun(run)).not.toHaveProperty("source");
    const bare = requestOfRun({ ...run, strategy_id: null, strategy_version: null });
    expect(bare.source).toBe("enter_long = close > open");
    expect(bare).not.toHaveProperty("strategy_id");
  });

  it("is edited where its rule lives", () => {
    expect(editPath(run)).toBe("/strategies/s1?run=r");
    expect(editPath({ ...run, strategy_id: null })).toBe("/strategies/new?run=r");
  });

  it("is downloaded under a name that any system takes", () => {
    expect(fileName({ ...run, symbol: "BTC/USD", strategy_name: "Mean: reversion?" }, "trades.csv")).toBe(
      "mean-reversion-btc-usd-1day-2024-01-01-trades.csv",
    );
  });
});
