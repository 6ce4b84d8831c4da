import { describe, expect, it } from "vitest";

import { barTimeFormat, buildTimeAxis } from "@/features/chart/time-axis";

const at = (text: string) => Date.parse(text) / 1000;
const every = (seconds: number, count: number, from: string) =>
  Array.from({ length: count }, (_, i) => at(from) + i * seconds);

const isAscending = (keys: number[]) => keys.every((key, i) => i === 0 || key > keys[i - 1]!);

describe("the time axis", () => {
  it("leaves dates alone", () => {
    const times = every(86_400, 5, "2004-10-30T00:00:00Z");
    expect(buildTimeAxis(times, null).keys).toEqual(times);
  });

  it("shows bars within the day at the wall clock of the instrument", () => {
    const axis = buildTimeAxis([at("2024-01-03T14:30:00Z"), at("2024-07-03T13:30:00Z")], "America/New_York");
    expect(axis.keys).toEqual([at("2024-01-03T09:30:00Z"), at("2024-07-03T09:30:00Z")]);
  });

  it.each([60, 300, 1_800, 3_600])(
    "has no double or falling key when clocks go back, bars of %i s",
    (seconds) => {
      const times = every(seconds, (6 * 3_600) / seconds, "2024-11-03T04:00:00Z");
      const axis = buildTimeAxis(times, "America/New_York");
      expect(isAscending(axis.keys)).toBe(true);
      expect(axis.keys.at(-1)).toBe(times.at(-1)! - 5 * 3_600);
      for (const time of times) expect(axis.timeOf(axis.keyOf(time)!)).toBe(time);
    },
  );

  it("jumps an hour when clocks go forward", () => {
    const axis = buildTimeAxis(every(1_800, 4, "2024-03-10T06:30:00Z"), "America/New_York");
    expect(axis.keys.map((key) => new Date(key * 1000).toISOString().slice(11, 16))).toEqual([
      "01:30",
      "03:00",
      "03:30",
      "04:00",
    ]);
  });

  it.each([
    ["America/New_York", "2024-03-10T00:00:00Z"],
    ["America/New_York", "2024-11-03T00:00:00Z"],
    ["Europe/London", "2024-03-31T00:00:00Z"],
    ["Europe/London", "2024-10-27T00:00:00Z"],
    // Half an hour, on the other side of the world and at another season.
    ["Australia/Lord_Howe", "2024-04-06T00:00:00Z"],
    ["Australia/Lord_Howe", "2024-10-05T00:00:00Z"],
  ])("shows a market that never closes over both changes of clocks: %s, %s", (zone, from) => {
    const times = every(900, (2 * 86_400) / 900, from);
    const { keys, keyOf, timeOf } = buildTimeAxis(times, zone);
    expect(isAscending(keys)).toBe(true);
    expect(new Set(keys).size).toBe(times.length);
    for (const time of times) expect(timeOf(keyOf(time)!)).toBe(time);
    // Outside of the hour that repeats, a key is the wall clock again: the label and the tick agree.
    const written = barTimeFormat(zone);
    expect(written(times.at(-1)!)).toBe(
      new Date(keys.at(-1)! * 1000).toISOString().slice(0, 16).replace("T", " "),
    );
  });

  it("does not shift the bars of a day that follow a change of clocks", () => {
    const times = [at("2024-10-27T00:00:00Z"), at("2024-10-27T01:00:00Z"), at("2024-10-28T09:00:00Z")];
    expect(buildTimeAxis(times, "Europe/London").keys).toEqual([
      at("2024-10-27T01:00:00Z"),
      at("2024-10-27T01:00:00Z") + 1,
      at("2024-10-28T09:00:00Z"),
    ]);
    expect(buildTimeAxis(times, "UTC").keys).toEqual(times);
  });

  it("finds the bar at or before an instant", () => {
    const axis = buildTimeAxis([100, 200, 300], null);
    expect(axis.keyNear(250)).toBe(200);
    expect(axis.keyNear(50)).toBe(100);
    expect(axis.keyOf(250)).toBeUndefined();
    expect(buildTimeAxis([], null).keyNear(1)).toBeUndefined();
  });

  it("writes times in the instrument's zone and dates without one", () => {
    expect(barTimeFormat(null)(at("2013-03-01T00:00:00Z"))).toBe("2013-03-01");
    expect(barTimeFormat("America/New_York")(at("2024-11-03T06:30:00Z"))).toBe("2024-11-03 01:30");
  });

  it("writes the date alone where there is no room", () => {
    expect(barTimeFormat("America/New_York", "date")(at("2024-11-03T03:30:00Z"))).toBe("2024-11-02");
  });

  it("falls back to UTC for a zone the browser does not know", () => {
    expect(buildTimeAxis([at("2024-01-03T14:30:00Z")], "Mars/Olympus").keys).toEqual([
      at("2024-01-03T14:30:00Z"),
    ]);
  });
});
