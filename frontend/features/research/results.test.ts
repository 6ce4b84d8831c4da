import { describe, expect, it } from "vitest";

import {
  appendPage,
  bestRows,
  figuresAt,
  findRow,
  NO_RESULTS,
  setAt,
  type Results,
} from "@/features/research/results";

const page = (sequence: number, fast: number[], sharpe: (number | null)[], complete = false) => ({
  sequence,
  complete,
  parameters: { fast },
  metrics: { sharpe },
});

function read(...pages: ReturnType<typeof page>[]): Results {
  return pages.reduce((results, next) => appendPage(results, results.sequence, next), NO_RESULTS);
}

describe("results that arrive in pages", () => {
  it("grow in order, and keep what has no figure", () => {
    const results = read(page(2, [5, 6], [0.1, null]), page(3, [7], [0.9], true));
    expect(results).toMatchObject({ sequence: 3, isComplete: true, count: 3 });
    expect(setAt(results, 2)).toEqual({ fast: 7 });
    expect(figuresAt(results, 1)).toEqual({ sharpe: null });
  });

  it("count no set twice when an answer was overtaken", () => {
    const results = read(page(2, [5, 6], [0.1, 0.2]));
    expect(appendPage(results, 0, page(2, [5, 6], [0.1, 0.2]))).toBe(results);
  });

  it("stay the same object while nothing is new, so that nothing is drawn again", () => {
    const results = read(page(2, [5, 6], [0.1, 0.2]));
    expect(appendPage(results, 2, page(2, [], []))).toBe(results);
    expect(appendPage(results, 2, page(2, [], [], true))).toMatchObject({ isComplete: true, count: 2 });
  });

  it("do not change results that were handed out before", () => {
    const first = read(page(1, [5], [0.1]));
    appendPage(first, 1, page(2, [6], [0.2]));
    expect(first.count).toBe(1);
    expect([...first.parameters.fast!]).toEqual([5]);
  });
});

describe("the best sets", () => {
  const results: Results = {
    ...NO_RESULTS,
    count: 4,
    parameters: { fast: Float64Array.of(5, 6, 7, 8) },
    metrics: {
      sharpe: Float64Array.of(0.4, 1.2, Number.NaN, 0.8),
      trades: Float64Array.of(50, 3, 40, 60),
      max_drawdown: Float64Array.of(-0.1, -0.2, -0.3, -0.5),
    },
  };

  it("are sorted, without those that have no figure", () => {
    expect(bestRows(results, "sharpe", 10)).toEqual([1, 3, 0]);
    expect(bestRows(results, "sharpe", 1)).toEqual([1]);
  });

  it("put those first that keep the limits", () => {
    expect(bestRows(results, "sharpe", 10, { min_trades: 30 })).toEqual([3, 0, 1]);
    expect(bestRows(results, "sharpe", 10, { min_trades: 30, max_drawdown: 0.3 })[0]).toBe(0);
  });

  it("are found again by their parameters", () => {
    expect(findRow(results, { fast: 7 })).toBe(2);
    expect(findRow(results, { fast: 9 })).toBe(-1);
    expect(findRow(results, {})).toBe(-1);
  });
});
