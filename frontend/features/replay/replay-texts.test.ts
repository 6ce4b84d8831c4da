import { expect, it } from "vitest";

import { lookDelay } from "@/features/replay/api";
import { describePosition, proposeStart } from "@/features/replay/replay-texts";
import type { ReplayRead } from "@/lib/api/generated";

it("proposes yesterday within the day and a year back else, in a short history its middle", () => {
  const years = { first_bar_at: "2000-03-01T00:00:00Z", last_bar_at: "2013-03-01T00:00:00Z" };
  expect(proposeStart(years, "1day")).toBe("2012-03-01");
  expect(proposeStart({ ...years, first_bar_at: "2013-02-19T00:00:00Z" }, "1day")).toBe("2013-02-24");
  expect(proposeStart(years, "1min")).toBe("2013-02-28");
  expect(proposeStart({ first_bar_at: null, last_bar_at: null }, "1day")).toBe("");
});

it("tells the position in the exchange's time, and for days the day that was seen last", () => {
  expect(describePosition("2026-03-09T13:31:00Z", "1min", "America/New_York")).toBe("2026-03-09 09:31");
  expect(describePosition("2026-03-07T14:31:00Z", "1min", "America/New_York")).toBe("2026-03-07 09:31");
  expect(describePosition("2019-01-05T00:00:00Z", "1day", "America/New_York")).toBe("2019-01-04");
});

it("looks about once a bar while it plays, and not at all while it stands", () => {
  const playing = { status: "playing", bars_per_second: 2 } as ReplayRead;
  expect(lookDelay(playing)).toBe(500);
  expect(lookDelay({ ...playing, bars_per_second: 60 })).toBe(200);
  expect(lookDelay({ ...playing, bars_per_second: 0.1 })).toBe(1_000);
  expect(lookDelay({ ...playing, status: "paused" })).toBe(false);
  expect(lookDelay(undefined)).toBe(false);
});
