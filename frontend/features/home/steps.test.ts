import { describe, expect, it } from "vitest";

import { planSteps } from "@/features/home/steps";
import type { Instrument } from "@/lib/api/contract";
import type { RunSummary, StrategyRead } from "@/lib/api/generated";

const instrument = { symbol: "GOOG", last_bar_at: "2013-03-01T00:00:00Z" } as Instrument;
const strategy = { id: "s" } as StrategyRead;
const run = (status: RunSummary["status"]) => ({ id: "r", status, symbol: "GOOG" }) as RunSummary;

describe("what to do next", () => {
  it("begins with data in an empty workspace", () => {
    const steps = planSteps([], [], []);
    expect(steps.find((step) => !step.isDone)).toMatchObject({
      title: "Bring market data",
      href: "/markets/import",
    });
  });

  it("leads from data to a rule, from a rule to a run, from a run to its report", () => {
    const next = (...args: Parameters<typeof planSteps>) =>
      planSteps(...args).find((step) => !step.isDone)?.href;
    expect(next([instrument], [], [])).toBe("/strategies");
    expect(next([instrument], [strategy], [])).toBe("/strategies");
    expect(next([instrument], [strategy], [run("running"), run("failed")])).toBe("/strategies");
    expect(next([instrument], [strategy], [run("succeeded")])).toBe("/backtests/r");
  });

  it("counts in plain words", () => {
    const note = (count: number) => planSteps(Array<Instrument>(count).fill(instrument), [], [])[0]!.note;
    expect(note(1)).toContain("1 instrument ");
    expect(note(5)).toContain("5 instruments ");
  });
});
