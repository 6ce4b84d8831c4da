import { expect, it } from "vitest";

import { continueBars, withForming } from "@/features/replay/replay-bars";
import type { ReplayBarsRead } from "@/lib/api/generated";

function bars(times: number[], more: Partial<ReplayBarsRead> = {}): ReplayBarsRead {
  const column = times.map((time) => time * 10);
  return {
    symbol: "TEST",
    interval: "1min",
    position_at: new Date((times.at(-1) ?? 0) * 1000 + 60_000).toISOString(),
    time: times,
    open: column,
    high: column,
    low: column,
    close: column,
    volume: times.map(() => null),
    forming: null,
    known_splits: 0,
    ...more,
  };
}

it("appends what came in after the last known bar", () => {
  const joined = continueBars(bars([60, 120]), bars([120, 180, 240]));
  expect(joined?.time).toEqual([60, 120, 180, 240]);
  expect(joined?.close).toEqual([600, 1200, 1800, 2400]);
  expect(joined?.volume).toHaveLength(4);
});

it("keeps the same columns while no bar came in, so that nothing is drawn again", () => {
  const known = bars([60, 120]);
  const forming = { time: 180, open: 1, high: 2, low: 1, close: 2, volume: null };
  const next = continueBars(known, bars([120], { forming }));
  expect(next?.time).toBe(known.time);
  expect(next?.forming).toEqual(forming);
});

it("starts anew when the replay went back, a split became known, or a stretch is missing", () => {
  expect(continueBars(bars([60, 120, 180]), bars([60, 120]))).toBeNull();
  expect(continueBars(bars([60, 120]), bars([120, 180], { known_splits: 1 }))).toBeNull();
  expect(continueBars(bars([60, 120]), bars([240, 300]))).toBeNull();
  expect(continueBars(bars([]), bars([60]))).toBeNull();
});

it("shows the bar under way behind the closed ones", () => {
  const closed = bars([60]);
  expect(withForming(closed, null)).toBe(closed);
  expect(withForming(closed, { time: 120, open: 1, high: 3, low: 1, close: 2, volume: 5 })).toMatchObject({
    time: [60, 120],
    high: [600, 3],
    volume: [null, 5],
  });
});
