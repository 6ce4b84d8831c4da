import { describe, expect, it } from "vitest";

import { METRIC_TEXTS } from "@/features/backtests/metric-texts";
import {
  describeLimits,
  explainEfficiency,
  explainOverfitting,
  explainPlateau,
  OBJECTIVES,
  SHOWN_METRICS,
  warnOfEdge,
  wantedMetrics,
} from "@/features/research/texts";

const logits = { edges: [0, 1], counts: [1] };

it("speaks only of figures that the report knows", () => {
  for (const name of [...OBJECTIVES, ...SHOWN_METRICS]) expect(METRIC_TEXTS.has(name)).toBe(true);
  expect(wantedMetrics("sharpe").filter((name) => name === "sharpe")).toHaveLength(1);
  expect(wantedMetrics("omega")).toContain("omega");
});

describe("the probability of overfitting", () => {
  it("gets worse in words as it grows", () => {
    const tones = [0.05, 0.35, 0.7].map((pbo) => explainOverfitting({ pbo, logits, sets_used: 100 })!.tone);
    expect(tones).toEqual(["good", "careful", "bad"]);
  });

  it("says its figure and of how many sets", () => {
    const told = explainOverfitting({ pbo: 0.35, logits, sets_used: 100 })!;
    expect(told.sentence).toContain("35%");
    expect(told.sentence).toContain("100 sets");
  });

  it("is silent without a figure", () => {
    expect(explainOverfitting({ pbo: Number.NaN, logits, sets_used: 1 })).toBeNull();
  });
});

describe("the plateau", () => {
  const plateau = {
    parameters: { fast: 10 },
    metrics: {},
    median_objective: 0.8,
    neighbours: 8,
    ranges: {},
  };

  it("is preferred to a peak elsewhere", () => {
    const told = explainPlateau({ parameters: { fast: 12 }, metrics: {} }, plateau, "sharpe");
    expect(told).toMatch(/^Prefer the plateau/);
    expect(told).toContain("8 neighbours");
    expect(told).toContain("0.80");
  });

  it("is not played off against itself", () => {
    expect(explainPlateau({ parameters: { fast: 10 }, metrics: {} }, plateau, "sharpe")).not.toMatch(
      /Prefer/,
    );
  });

  it("is not believed where the search ended", () => {
    const at = (fast: number, range: [number, number], slow = 50) =>
      warnOfEdge(
        { ...plateau, parameters: { fast, slow }, ranges: { fast: range, slow: [slow - 5, slow + 5] } },
        [
          { name: "fast", values: null, min: 5, max: 20, count: 16 },
          { name: "slow", values: null, min: 20, max: 80, count: 13 },
        ],
      );
    expect(at(10, [9, 11])).toBeNull();
    expect(at(10, [5, 20])).toBeNull();
    expect(at(20, [19, 20])).toMatch(/^fast lies at the edge of its range/);
    expect(at(6, [5, 7])).toMatch(/^fast lies/);
    expect(at(5, [5, 6], 75)).toMatch(/^fast and slow lie at the edges/);
  });
});

it("tells what was left out of sample", () => {
  expect([0.7, 0.2, -0.4].map((kept) => explainEfficiency(kept)!.tone)).toEqual(["good", "careful", "bad"]);
  expect(explainEfficiency(null)).toBeNull();
});

it("names the limits, or that there are none", () => {
  expect(describeLimits({ min_trades: 30, max_drawdown: 0.3 })).toBe(
    "at least 30 trades, drawdown not deeper than −30%",
  );
  expect(describeLimits({})).toBeNull();
});
