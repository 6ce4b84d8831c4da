import { describe, expect, it } from "vitest";

import { markDays, markSessions } from "@/features/chart/sessions";

const at = (text: string) => Date.parse(text) / 1000;
const session = (open: string, close: string, pause?: [string, string]) => ({
  open: at(open),
  close: at(close),
  breakStart: pause ? at(pause[0]) : null,
  breakEnd: pause ? at(pause[1]) : null,
});

describe("sessions on the bars", () => {
  it("begin at their first bar, and leave early and late bars outside", () => {
    const times = [
      "2024-01-03T14:00:00Z", // before the open, but reaches into the session
      "2024-01-03T20:00:00Z",
      "2024-01-03T21:00:00Z", // after the close
      "2024-01-04T13:00:00Z", // before the open
      "2024-01-04T14:00:00Z",
    ].map(at);
    const sessions = [
      session("2024-01-03T14:30:00Z", "2024-01-03T21:00:00Z"),
      session("2024-01-04T14:30:00Z", "2024-01-04T21:00:00Z"),
    ];
    expect(markSessions(times, sessions, 3_600)).toEqual({ starts: [4], outside: [[2, 3]] });
  });

  it("have a lunch break outside, and an early close", () => {
    const times = [
      "2024-01-03T02:30:00Z",
      "2024-01-03T03:00:00Z",
      "2024-01-03T04:00:00Z",
      "2024-01-03T06:00:00Z",
    ].map(at);
    const sessions = [
      session("2024-01-03T00:00:00Z", "2024-01-03T06:00:00Z", [
        "2024-01-03T02:30:00Z",
        "2024-01-03T03:30:00Z",
      ]),
    ];
    expect(markSessions(times, sessions, 1_800).outside).toEqual([
      [0, 1],
      [3, 3],
    ]);
  });

  it("are the days of the axis where there is no calendar", () => {
    const keys = ["2024-01-03T22:00:00Z", "2024-01-03T23:00:00Z", "2024-01-04T00:00:00Z"].map(at);
    expect(markDays(keys)).toEqual({ starts: [2], outside: [] });
  });
});
