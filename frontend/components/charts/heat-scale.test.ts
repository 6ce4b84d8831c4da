import { describe, expect, it } from "vitest";

import { makeHeatScale, type HeatTheme, type Rgb } from "@/components/charts/heat-scale";

function lightness([red, green, blue]: Rgb): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each<HeatTheme>(["dark", "light"])("colours in the %s theme", (theme) => {
  it("move one way in lightness, so that grey and every eye tell them apart", () => {
    const scale = makeHeatScale([1, 2], theme)!;
    const steps = Array.from({ length: 21 }, (_, i) => lightness(scale.colourOf(1 + i / 20)));
    const sorted = [...steps].sort((a, b) => a - b);
    expect(steps).toEqual(theme === "dark" ? sorted : sorted.reverse());
    expect(Math.abs(steps[0]! - steps[20]!)).toBeGreaterThan(120);
  });

  it("have zero as their quiet middle when figures lie on both sides", () => {
    const scale = makeHeatScale([-1, 2], theme)!;
    expect(scale.isDiverging).toBe(true);
    const [red, green, blue] = scale.colourOf(0);
    expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(20);
    const gain = scale.colourOf(2);
    const loss = scale.colourOf(-1);
    expect(gain[2]).toBeGreaterThan(gain[0]);
    expect(loss[0]).toBeGreaterThan(loss[2]);
  });
});

it("spends no half of its colours on a few figures beyond zero", () => {
  expect(makeHeatScale([-0.05, 1.2], "dark")!.isDiverging).toBe(false);
  expect(makeHeatScale([-1.2, 0.05], "dark")!.isDiverging).toBe(false);
  expect(makeHeatScale([-0.4, 1.2], "dark")!.isDiverging).toBe(true);
});

it("has no scale without a figure, and one colour for one figure", () => {
  expect(makeHeatScale([Number.NaN], "dark")).toBeNull();
  expect(makeHeatScale([], "dark")).toBeNull();
  expect(makeHeatScale([3, 3], "dark")!.colourOf(3).every(Number.isFinite)).toBe(true);
});
