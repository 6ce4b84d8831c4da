import { describe, expect, it } from "vitest";

import { formatMetric, METRIC_GROUPS, METRIC_TEXTS } from "@/features/backtests/metric-texts";
import { checkWords, countChecks, verdictMeaning } from "@/features/backtests/verdict-texts";

describe("figures of a run", () => {
  it("are signed where they are gains or losses, and carry their unit", () => {
    expect(formatMetric("money", 8_838_572.94, "USD")).toBe("8,838,573 USD");
    expect(formatMetric("money", -12.5, "USD")).toBe("−12.50 USD");
    expect(formatMetric("money", 12.5, null)).toBe("12.50");
    expect(formatMetric("gain", 4.454498, "USD")).toBe("+445.4%");
    expect(formatMetric("loss", -0.3312, "USD")).toBe("−33.1%");
    expect(formatMetric("percent", 0.4761, null)).toBe("47.6%");
    expect(formatMetric("ratio", 1.2345, null)).toBe("1.23");
    expect(formatMetric("count", 33, null)).toBe("33");
    expect(formatMetric("bars", 1, null)).toBe("1 bar");
    expect(formatMetric("bars", 24.56, null)).toBe("24.6 bars");
  });

  it("show a dash where they are undefined", () => {
    for (const value of [null, undefined, NaN, Infinity])
      expect(formatMetric("ratio", value, null)).toBe("–");
  });

  it("each have one text with a hint", () => {
    const all = METRIC_GROUPS.flatMap((group) => group.metrics);
    expect(all).toHaveLength(25);
    expect(METRIC_TEXTS.size).toBe(25);
    for (const text of all) expect(text.hint.length).toBeGreaterThan(20);
  });
});

describe("checks of the verdict", () => {
  const check = (name: string, level: "green" | "amber" | "red", figure: number | null) => ({
    name,
    level,
    statement: "",
    figure,
  });

  it("print the figure they rest on with what it is", () => {
    expect(checkWords(check("data", "green", 0)).figure).toEqual({ text: "0.0%", unit: "bars missing" });
    expect(checkWords(check("costs", "amber", 0.125)).figure).toEqual({ text: "+12.5%", unit: "then" });
    expect(checkWords(check("chance", "red", 0.301)).figure?.text).toBe("30.1%");
    expect(checkWords(check("sample", "red", 1)).figure).toEqual({ text: "1", unit: "trade" });
    expect(checkWords(check("out_of_sample", "amber", null)).figure).toBeNull();
  });

  it("that nobody foresaw are shown under their own name", () => {
    expect(checkWords(check("market_regime", "amber", 2))).toMatchObject({
      title: "Market regime",
      figure: { text: "2" },
    });
  });

  it("are counted in a sentence", () => {
    const checks = [
      check("data", "green", 0),
      check("sample", "amber", 20),
      check("chance", "red", 0.5),
      check("costs", "green", 1),
    ];
    expect(countChecks({ level: "red", checks })).toBe("2 of 4 checks passed, 1 with care, 1 failed.");
    expect(countChecks({ level: "green", checks: checks.slice(0, 1) })).toBe("1 of 1 check passed.");
  });
});

describe("what the verdict means", () => {
  it("speaks of no profit where there is none", () => {
    expect(verdictMeaning("red", -0.1)).toBe("The rule lost money: there is no profit to believe in.");
    expect(verdictMeaning("red", 0)).toBe("The rule made no money: there is no profit to believe in.");
    expect(verdictMeaning("red", 0.1)).toContain("the profit below is likely to be luck");
    expect(verdictMeaning("red", null)).toContain("At least one check failed");
  });
});
