import { describe, expect, it } from "vitest";

import {
  intervalChoices,
  intervalDivides,
  nearestInterval,
  whyNotCompared,
} from "@/features/chart/intervals";

const possible = (stored: string[]) =>
  intervalChoices(stored)
    .filter((choice) => choice.source !== "none")
    .map((choice) => choice.interval);

describe("intervals", () => {
  it("says why an instrument cannot be compared", () => {
    expect(whyNotCompared(["1day"], "1min")).toBe("daily only");
    expect(whyNotCompared(["15min"], "5min")).toBe("from 15m on");
    expect(whyNotCompared([], "1day")).toBe("no bars yet");
    expect(whyNotCompared(["1min"], "1day")).toBeNull();
  });

  it("knows which bars make up which", () => {
    expect(intervalDivides("15min", "45min")).toBe(true);
    expect(intervalDivides("30min", "45min")).toBe(false);
    expect(intervalDivides("45min", "1h")).toBe(false);
    expect(intervalDivides("1week", "1month")).toBe(false);
    expect(intervalDivides("1day", "1month")).toBe(true);
    expect(intervalDivides("1day", "1day")).toBe(true);
    expect(intervalDivides("1day", "1h")).toBe(false);
  });

  it("offers what is stored and what can be made of it, and says why not the rest", () => {
    expect(possible(["1day"])).toEqual(["1day", "1week", "1month"]);
    expect(possible(["30min"])).toEqual(["30min", "1h", "2h", "4h", "1day", "1week", "1month"]);
    expect(possible([])).toEqual([]);
    const minute = intervalChoices(["1day"])[0]!;
    expect(minute.source).toBe("none");
    expect(minute.reason).toContain("daily");
  });

  it("makes an interval from the coarsest stored one that divides it", () => {
    expect(intervalChoices(["1min", "1h"]).find((choice) => choice.interval === "4h")?.from).toBe("1h");
    expect(intervalChoices(["1min", "1h"]).find((choice) => choice.interval === "45min")?.from).toBe("1min");
  });

  it("falls back to daily bars, else to the first that can be shown", () => {
    expect(nearestInterval("1min", ["1day"])).toBe("1day");
    expect(nearestInterval("1week", ["1day"])).toBe("1week");
    expect(nearestInterval(null, ["1week"])).toBe("1week");
    expect(nearestInterval(null, [])).toBe("1day");
  });
});
