import { describe, expect, it } from "vitest";

import { isOver, listPollDelay, pollDelay } from "@/features/backtests/polling";

const created_at = "2024-01-01T00:00:00Z";
const after = (seconds: number) => Date.parse(created_at) + seconds * 1000;

describe("asking for a run again", () => {
  it("stops when it is over", () => {
    for (const status of ["succeeded", "failed", "cancelled"] as const) {
      expect(isOver(status)).toBe(true);
      expect(pollDelay({ status, created_at }, after(1))).toBe(false);
    }
    expect(pollDelay(undefined, after(1))).toBe(false);
  });

  it("slows down the longer it takes", () => {
    const delays = [1, 30, 600].map(
      (seconds) => pollDelay({ status: "running", created_at }, after(seconds)) as number,
    );
    expect(delays.every((delay) => delay > 0)).toBe(true);
    expect([...delays].sort((a, b) => a - b)).toEqual(delays);
    expect(new Set(delays).size).toBe(3);
  });

  it("goes on steadily when the clocks disagree", () => {
    expect(pollDelay({ status: "queued", created_at }, after(-5_000))).toBe(1_500);
    expect(pollDelay({ status: "queued", created_at: "?" }, after(1))).toBe(1_500);
  });

  it("keeps a list fresh only while something runs", () => {
    expect(listPollDelay([{ status: "succeeded" }, { status: "running" }])).toBe(1_500);
    expect(listPollDelay([{ status: "succeeded" }, { status: "failed" }])).toBe(false);
    expect(listPollDelay([])).toBe(false);
  });
});
