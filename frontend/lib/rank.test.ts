import { describe, expect, it } from "vitest";

import { INDICATORS } from "@/features/chart/indicator-catalog";
import { rankEntry } from "@/lib/rank";

describe("rank of an entry", () => {
  it("prefers the beginning of the name, then of a word in it, then any part, then the description", () => {
    expect(rankEntry("MSFT", "ms", ["Microsoft"])).toBe(1);
    expect(rankEntry("Import a CSV", "csv")).toBe(0.8);
    expect(rankEntry("Markets", "ark")).toBe(0.5);
    expect(rankEntry("MSFT", "micro", ["Microsoft"])).toBe(0.2);
    expect(rankEntry("EMA", "average exp", ["Exponential moving average"])).toBe(0.2);
  });

  it("hides what merely holds the letters in that order, and shows all while nothing is typed", () => {
    expect(rankEntry("Markets", "ms")).toBe(0);
    expect(rankEntry("EMA", "xponent", ["Exponential moving average"])).toBe(0);
    expect(rankEntry("Markets", " ")).toBe(1);
  });

  it("puts every indicator first for its own label", () => {
    for (const { label } of INDICATORS) {
      const ranks = INDICATORS.map((entry) =>
        rankEntry(entry.label, label.toLowerCase(), [entry.name, entry.hint]),
      );
      const best = INDICATORS[ranks.indexOf(Math.max(...ranks))]!;
      expect(best.label).toBe(label);
    }
  });
});
