import { describe, expect, it } from "vitest";

import {
  countSets,
  countValues,
  describeSet,
  findRangeProblem,
  FIRST_GRID_SETS,
  firstRanges,
  keepRanges,
  toRangeRequest,
} from "@/features/research/ranges";
import type { ParameterRead } from "@/lib/api/generated";

const fast: ParameterRead = { name: "fast", default: 10, min: 5, max: 50, step: 1 };
const slow: ParameterRead = { name: "slow", default: 30, min: 20, max: 200, step: 1 };
const band: ParameterRead = { name: "band", default: 2, min: 0.5, max: 4, step: 0.1 };
const still: ParameterRead = { name: "still", default: 7, min: 7, max: 7, step: 1 };

describe("the values of a range", () => {
  it("counts both ends, and steps that rounding would lose", () => {
    expect(countValues(5, 50, 1)).toBe(46);
    expect(countValues(0.1, 0.3, 0.1)).toBe(3);
    expect(countValues(0, 1, 0.3)).toBe(4);
    expect(countValues(7, 7, 0)).toBe(1);
  });

  it("is none where nothing can be counted", () => {
    expect(countValues(5, 1, 1)).toBe(0);
    expect(countValues(1, 5, 0)).toBe(0);
    expect(countValues(Number.NaN, 5, 1)).toBe(0);
  });
});

describe("the ranges a search begins with", () => {
  it.each([[[fast]], [[fast, slow]], [[fast, slow, band]]])("stay small enough: %#", (parameters) => {
    const ranges = firstRanges(parameters);
    const sets = countSets(ranges, "grid", 0);
    expect(sets).toBeLessThanOrEqual(FIRST_GRID_SETS);
    expect(sets).toBeGreaterThan(20);
    for (const parameter of parameters)
      expect(findRangeProblem(parameter, ranges[parameter.name]!)).toBeNull();
  });

  it("vary three parameters at most, and none that cannot be", () => {
    const ranges = firstRanges([still, fast, slow, band, { ...fast, name: "fourth" }], { fourth: 12 });
    expect(Object.entries(ranges).filter(([, { isVaried }]) => isVaried)).toHaveLength(3);
    expect(ranges.still!.isVaried).toBe(false);
    expect(ranges.fourth).toMatchObject({ isVaried: false, fixed: "12" });
  });

  it("keep what was typed while the rule changes around it", () => {
    const typed = { ...firstRanges([fast]), fast: { ...firstRanges([fast]).fast!, min: "8" } };
    const kept = keepRanges([fast, slow], typed);
    expect(kept.fast!.min).toBe("8");
    expect(kept.slow!.min).toBe("20");
    expect(Object.keys(keepRanges([slow], typed))).toEqual(["slow"]);
  });
});

describe("a range as it is typed", () => {
  const good = { isVaried: true, min: "5", max: "50", step: "5", fixed: "10" };

  it.each([
    [{ min: "4" }, "min"],
    [{ max: "51" }, "max"],
    [{ max: "a" }, "max"],
    [{ min: "30", max: "20" }, "max"],
    [{ step: "0" }, "step"],
    [{ isVaried: false, fixed: "99" }, "fixed"],
  ])("says what is wrong with %j", (change, field) => {
    expect(findRangeProblem(fast, { ...good, ...change })?.field).toBe(field);
  });

  it("minds only the fields that count", () => {
    expect(findRangeProblem(fast, { ...good, fixed: "99" })).toBeNull();
    expect(findRangeProblem(fast, { ...good, isVaried: false, min: "99" })).toBeNull();
  });
});

it("asks for what is varied, and names only values that are not the default", () => {
  const ranges = firstRanges([fast, slow, band]);
  ranges.slow = { ...ranges.slow!, isVaried: false };
  ranges.band = { ...ranges.band!, isVaried: false, fixed: "2.5" };
  expect(toRangeRequest([fast, slow, band], ranges)).toEqual({
    ranges: { fast: { min: 5, max: 50, step: Number(ranges.fast!.step) } },
    fixed: { band: 2.5 },
  });
});

it("counts the sets of a random search by what is asked, but never more than there are", () => {
  const ranges = firstRanges([fast]);
  expect(countSets(ranges, "random", 10)).toBe(10);
  expect(countSets(ranges, "tpe", 5_000)).toBe(countSets(ranges, "grid", 0));
});

it("names a set", () => {
  expect(describeSet({ fast: 12, band: 2.5 })).toBe("fast 12, band 2.5");
});
