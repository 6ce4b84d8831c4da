import { expect, it } from "vitest";

import { toHeatGrid } from "@/features/research/heat-grid";
import { markOf, outlineOf, tableRows } from "@/features/research/heat-marks";

const grid = toHeatGrid(
  {
    x: [5, 10, 15],
    y: [20, 40],
    values: [
      [1, null, 3],
      [4, 5, 6],
    ],
    counts: [
      [1, 0, 1],
      [1, 1, 1],
    ],
  },
  "fast",
  "slow",
);

it("marks a set where its parameters stand, whatever else it has", () => {
  expect(markOf(grid, { fast: 10, slow: 40, stop: 3 }, "best")).toEqual([
    { column: 1, line: 1, kind: "best" },
  ]);
  expect(markOf(grid, { fast: 11, slow: 40 }, "best")).toEqual([]);
  expect(markOf(grid, { fast: 10 }, "best")).toEqual([]);
});

it("outlines a plateau over both axes, or not at all", () => {
  expect(outlineOf(grid, { fast: [5, 10], slow: [20, 20], stop: [1, 2] })).toEqual({
    columns: [0, 1],
    lines: [0, 0],
  });
  expect(outlineOf(grid, { fast: [5, 10] })).toBeNull();
});

it("reads as a table with the highest line first, as in the picture", () => {
  expect(tableRows(grid)).toEqual([
    { name: "40", values: [4, 5, 6] },
    { name: "20", values: [1, null, 3] },
  ]);
  expect(tableRows({ ...grid, y: null, values: grid.values.slice(0, 3) })[0]!.values).toEqual([1, null, 3]);
});
