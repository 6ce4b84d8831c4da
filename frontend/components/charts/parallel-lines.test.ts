import { expect, it } from "vitest";

import { heightOn, nearestRow, thinRows, type ParallelAxis } from "@/components/charts/parallel-lines";

const axis = (name: string, values: number[]): ParallelAxis => ({
  name,
  label: name,
  min: 0,
  max: 10,
  values: Float64Array.from(values),
  print: String,
});

const axes = [axis("a", [0, 10, 5]), axis("b", [0, 10, 5]), axis("c", [10, 0, 5])];

it("stands values on their axis, and one lone value in its middle", () => {
  expect(heightOn(axes[0]!, 5)).toBe(0.5);
  expect(heightOn({ ...axes[0]!, min: 3, max: 3 }, 3)).toBe(0.5);
});

it("finds the line under a point between two axes", () => {
  expect(nearestRow(axes, [0, 1, 2], 0.25, 0.02, 0.1)).toBe(0);
  expect(nearestRow(axes, [0, 1, 2], 0.25, 0.97, 0.1)).toBe(1);
  expect(nearestRow(axes, [0, 1, 2], 1, 0.97, 0.1)).toBe(0);
  expect(nearestRow(axes, [0, 1, 2], 0.25, 0.75, 0.1)).toBe(-1);
  expect(nearestRow([axes[0]!], [0], 0, 0, 1)).toBe(-1);
});

it("keeps the best of many lines and the spread of the rest", () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => i);
  const thinned = thinRows(rows, 100);
  expect(thinned).toHaveLength(100);
  expect(thinned.slice(0, 50)).toEqual(rows.slice(0, 50));
  expect(thinned.at(-1)).toBeGreaterThan(9_000);
  expect(new Set(thinned).size).toBe(100);
  expect(thinRows([3, 1], 100)).toEqual([3, 1]);
});
