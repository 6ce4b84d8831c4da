import { describe, expect, it } from "vitest";

import {
  countWindows,
  findSearchProblems,
  firstSearch,
  rangesOfAxes,
  toSearchRequest,
} from "@/features/research/search-settings";
import type { ParameterRead } from "@/lib/api/generated";

const fast: ParameterRead = { name: "fast", default: 10, min: 5, max: 50, step: 1 };
const slow: ParameterRead = { name: "slow", default: 30, min: 20, max: 200, step: 1 };
const parameters = [fast, slow];
const search = firstSearch(parameters, "1day");

describe("a search to begin with", () => {
  it("can be asked for at once, of both kinds", () => {
    expect(findSearchProblems("sweep", parameters, search)).toEqual({});
    expect(findSearchProblems("walk-forward", parameters, search)).toEqual({});
  });

  it("cannot without a parameter", () => {
    expect(findSearchProblems("sweep", [], firstSearch([], "1day")).ranges).toMatch(/no parameter/);
  });
});

describe("problems", () => {
  const wide = (name: string): ParameterRead => ({ name, default: 0, min: 0, max: 10_000, step: 1 });

  it("name the size of a search that is too large, and what to do", () => {
    const many = [wide("a"), wide("b")];
    const all = firstSearch(many, "1day");
    for (const texts of Object.values(all.ranges)) texts.step = "1";
    const told = findSearchProblems("sweep", many, all).ranges;
    expect(told).toContain("100,020,001");
    expect(told).toContain("1,000,000");
    expect(told).toMatch(/random/);
    expect(findSearchProblems("sweep", many, { ...all, method: "random" })).toEqual({});
  });

  it("mind only what counts", () => {
    expect(findSearchProblems("sweep", parameters, { ...search, sets: "x", trainBars: "x" })).toEqual({});
    expect(
      findSearchProblems("sweep", parameters, { ...search, method: "tpe", sets: "6000" }).sets,
    ).toBeDefined();
    expect(
      findSearchProblems("walk-forward", parameters, { ...search, trainBars: "1" }).trainBars,
    ).toBeDefined();
    expect(
      findSearchProblems("sweep", parameters, { ...search, maxDrawdown: "120" }).maxDrawdown,
    ).toBeDefined();
  });

  it("say that nothing is varied", () => {
    const ranges = Object.fromEntries(
      Object.entries(search.ranges).map(([name, texts]) => [name, { ...texts, isVaried: false }]),
    );
    expect(findSearchProblems("sweep", parameters, { ...search, ranges }).ranges).toMatch(/at least one/);
  });
});

it("asks with limits as fractions, and with a seed only where something is drawn", () => {
  const asked = toSearchRequest(parameters, { ...search, maxDrawdown: "-30", minTrades: "" });
  expect(asked.constraints).toEqual({ max_drawdown: 0.3 });
  expect(asked).not.toHaveProperty("seed");
  expect(toSearchRequest(parameters, { ...search, method: "random" })).toMatchObject({ sets: 500, seed: 1 });
});

it("begins again where another search was", () => {
  const axes = [{ name: "fast", values: [5, 10, 15], min: 5, max: 15, count: 3 }];
  const ranges = rangesOfAxes(parameters, axes, { slow: 60 });
  expect(ranges.fast).toMatchObject({ isVaried: true, min: "5", max: "15", step: "5" });
  expect(ranges.slow).toMatchObject({ isVaried: false, fixed: "60" });
});

it("counts the windows as they are cut, the short last one too", () => {
  const windows = (bars: number) => countWindows(bars, { ...search, trainBars: "100", testBars: "50" });
  expect([101, 102, 151, 152, 200, 202].map(windows)).toEqual([0, 1, 1, 2, 2, 3]);
});
