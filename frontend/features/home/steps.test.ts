import { describe, expect, it } from "vitest";

import { planSteps } from "@/features/home/steps";
import type { Instrument } from "@/lib/api/contract";
import type { RunSummary, StrategyRead } from "@/lib/api/generated";
import { findVisits, keepVisit, type Visits } from "@/lib/visits";

const instrument = { symbol: "GOOG", last_bar_at: "2013-03-01T00:00:00Z" } as Instrument;
const strategy = { id: "s" } as StrategyRead;
const run = (status: RunSummary["status"]) => ({ id: "r", status, symbol: "GOOG" }) as RunSummary;

describe("what to do next", () => {
  it("begins with data in an empty workspace", () => {
    const steps = planSteps([], [], []);
    expect(steps.find((step) => !step.isDone)).toMatchObject({
      title: "Bring market data",
      href: "/markets/add",
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

  it("is done with the report and the chart once they were opened, and only while they exist", () => {
    const open = (...args: Parameters<typeof planSteps>) =>
      planSteps(...args)
        .filter((step) => !step.isDone)
        .map((step) => step.title);
    const all = [[instrument], [strategy], [run("succeeded")]] as const;
    const of = (visits: Visits) => open([...all[0]], [...all[1]], [...all[2]], visits);
    expect(of({ report: false, chart: true })).toEqual(["Read the verdict before the profit"]);
    expect(of({ report: true, chart: false })).toEqual(["Look at the chart"]);
    expect(of({ report: true, chart: true })).toEqual([]);
    expect(open([], [], [], { report: true, chart: true })).toHaveLength(5);
  });

  it("remembers what was opened", () => {
    localStorage.clear();
    expect(findVisits()).toEqual({ report: false, chart: false });
    keepVisit("report");
    expect(findVisits()).toEqual({ report: true, chart: false });
  });

  it("counts in plain words", () => {
    const note = (count: number) => planSteps(Array<Instrument>(count).fill(instrument), [], [])[0]!.note;
    expect(note(1)).toContain("1 instrument ");
    expect(note(5)).toContain("5 instruments ");
  });
});
