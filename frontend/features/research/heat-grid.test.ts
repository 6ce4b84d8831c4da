import { describe, expect, it } from "vitest";

import {
  buildHeatGrid,
  placeOf,
  placesFor,
  spanOf,
  toGridAxis,
  toHeatGrid,
} from "@/features/research/heat-grid";
import { NO_RESULTS, type Results } from "@/features/research/results";

const fast = toGridAxis({ name: "fast", values: [5, 10, 15], min: 5, max: 15, count: 3 });
const slow = toGridAxis({
  name: "slow",
  values: [0.1, 0.2, 0.30000000000000004],
  min: 0.1,
  max: 0.3,
  count: 3,
});
const loose = toGridAxis({ name: "loose", values: null, min: 0, max: 1, count: 0 });

const results: Results = {
  ...NO_RESULTS,
  count: 5,
  parameters: {
    fast: Float64Array.of(5, 5, 5, 15, 10),
    slow: Float64Array.of(0.1, 0.1, 0.1, 0.3, 0.2),
    third: Float64Array.of(1, 2, 3, 1, 1),
  },
  metrics: { sharpe: Float64Array.of(1, 4, 2, -1, Number.NaN) },
};

describe("sets on two axes", () => {
  it("are reduced to the best, and the place knows which set that is", () => {
    const grid = buildHeatGrid(results, fast, slow, "sharpe", "best");
    expect(grid.values[0]).toBe(4);
    expect(grid.rows[0]).toBe(1);
    expect(grid.counts[0]).toBe(3);
    expect(grid.values[8]).toBe(-1);
  });

  it("are reduced to the median", () => {
    expect(buildHeatGrid(results, fast, slow, "sharpe", "median").values[0]).toBe(2);
  });

  it("tell a set without a figure from one that is not there yet", () => {
    const grid = buildHeatGrid(results, fast, slow, "sharpe", "best");
    expect([grid.values[4], grid.rows[4], grid.counts[4]]).toEqual([Number.NaN, 4, 1]);
    expect([grid.values[1], grid.rows[1], grid.counts[1]]).toEqual([Number.NaN, -1, 0]);
  });

  it("lie in one row when only one parameter is varied", () => {
    const grid = buildHeatGrid(results, fast, null, "sharpe", "best");
    expect([...grid.values]).toEqual([4, Number.NaN, -1]);
  });

  it("are empty, not an error, before the first answer", () => {
    expect(buildHeatGrid(NO_RESULTS, fast, slow, "sharpe", "best").counts.every((n) => n === 0)).toBe(true);
  });
});

describe("an axis", () => {
  it("finds values that came through another rounding, and refuses what it has not", () => {
    expect(placeOf(slow, 0.3)).toBe(2);
    expect(placeOf(slow, 0.25)).toBe(-1);
    expect(placeOf(fast, 20)).toBe(-1);
  });

  it("is cut into bins when its values are not steps", () => {
    expect(placeOf(loose, 0)).toBe(0);
    expect(placeOf(loose, 1)).toBe(39);
    expect(placeOf(loose, 0.5)).toBe(20);
    expect(placeOf(loose, 1.1)).toBe(-1);
  });

  it("has few places for few drawn sets, with labels that can be read", () => {
    expect([10, 300, 50_000].map(placesFor)).toEqual([12, 17, 40]);
    const values = Array.from({ length: 196 }, (_, i) => 5 + i);
    const drawn = toGridAxis({ name: "n", values, min: 5, max: 200, count: 196 }, placesFor(300));
    expect(drawn.values).toHaveLength(17);
    expect(drawn.values[0]).toBe(10.7);
    expect(placeOf(drawn, 5)).toBe(0);
    expect(placeOf(drawn, 200)).toBe(16);
  });

  it("knows the span of a plateau", () => {
    expect(spanOf(fast, 6, 15)).toEqual([1, 2]);
    expect(spanOf(slow, 0.2, 0.3)).toEqual([1, 2]);
    expect(spanOf(fast, 11, 14)).toBeNull();
    expect(spanOf(loose, -1, 0.1)).toEqual([0, 4]);
  });
});

describe("a heatmap that the server laid out", () => {
  const answer = {
    x: [1, 2, 3],
    y: [10, 20],
    values: [
      [0.1, null, 0.3],
      [0.4, 0.5, null],
    ],
    counts: [
      [1, 0, 1],
      [1, 2, 3],
    ],
  };

  it("is the same kind of grid, rows along y", () => {
    const grid = toHeatGrid(answer, "fast", "slow");
    expect([...grid.values]).toEqual([0.1, Number.NaN, 0.3, 0.4, 0.5, Number.NaN]);
    expect([...grid.counts]).toEqual([1, 0, 1, 1, 2, 3]);
    expect(grid.rows.every((row) => row === -1)).toBe(true);
  });

  it("is one empty cell until it is there", () => {
    expect(toHeatGrid(undefined, "fast", "slow").counts).toHaveLength(1);
  });
});
