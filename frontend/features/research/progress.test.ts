import { describe, expect, it } from "vitest";

import { estimateLeft, formatSpan, isOver, searchPollDelay, tellEta } from "@/features/research/progress";

const created_at = "2024-01-01T00:00:00Z";
const after = (seconds: number) => Date.parse(created_at) + seconds * 1_000;

describe("asking for a search again", () => {
  it("stops when it is over, but not while it is paused", () => {
    expect(searchPollDelay({ status: "succeeded", created_at }, after(1))).toBe(false);
    expect(searchPollDelay({ status: "paused", created_at }, after(1))).toBeGreaterThan(0);
    expect(isOver("paused")).toBe(false);
    expect(searchPollDelay(undefined, after(1))).toBe(false);
  });

  it("slows down with age, and goes on when the clocks disagree", () => {
    const delays = [1, 100, 3_600].map(
      (age) => searchPollDelay({ status: "running", created_at }, after(age)) as number,
    );
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(new Set(delays).size).toBe(3);
    expect(searchPollDelay({ status: "running", created_at }, after(-9))).toBe(1_500);
  });
});

it.each([
  [0.2, "less than a second"],
  [1, "1 second"],
  [43, "45 seconds"],
  [58, "1 minute"],
  [600, "10 minutes"],
  [3_590, "1 hour"],
  [7_800, "2 hours 10 minutes"],
  [400_000, "5 days"],
])("says %d seconds as %s", (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text);
});

it("tells how much longer only while that means something", () => {
  expect(tellEta({ status: "running", eta_seconds: 90 })).toBe("about 2 minutes left");
  expect(tellEta({ status: "running", eta_seconds: 0 })).toBe("nearly done");
  expect(tellEta({ status: "running", eta_seconds: null })).toBe("estimating the time left");
  expect(tellEta({ status: "paused", eta_seconds: 90 })).toContain("kept");
  expect(tellEta({ status: "succeeded", eta_seconds: 0 })).toBeNull();
});

it("estimates what is left by the pace so far, once there is one", () => {
  const run = { status: "running", started_at: created_at, progress: 0.25 } as const;
  expect(estimateLeft(run, after(30))).toBe(90);
  expect(estimateLeft({ ...run, progress: 0.01 }, after(30))).toBeNull();
  expect(estimateLeft({ ...run, status: "queued" }, after(30))).toBeNull();
  expect(estimateLeft(run, after(-5))).toBeNull();
});
