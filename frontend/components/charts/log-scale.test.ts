import { expect, it } from "vitest";

import { makeLogScale } from "@/components/charts/axes";

it.each([
  [9_000, 960_000, [10_000, 30_000, 100_000, 300_000]],
  [9_000, 60_000, [10_000, 20_000, 50_000]],
  [1, 50_000, [1, 10, 100, 1_000, 10_000]],
])("marks %d to %d in even factors", (low, high, ticks) => {
  expect(makeLogScale([low, high], [100, 0]).ticks()).toEqual(ticks);
});

it("falls back to even steps where hardly anything grows", () => {
  const ticks = makeLogScale([9_800, 10_400], [100, 0]).ticks();
  expect(ticks.length).toBeGreaterThan(1);
  expect(ticks.every((tick) => tick >= 9_800 && tick <= 10_400)).toBe(true);
});

it("gives equal factors equal heights", () => {
  const scale = makeLogScale([1, 100], [100, 0]);
  expect(scale(1)).toBe(100);
  expect(scale(10)).toBeCloseTo(50);
});
