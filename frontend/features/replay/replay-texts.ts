import { isIntraday, type Interval } from "@/features/chart/intervals";
import type { Instrument } from "@/lib/api/contract";

const DAY_MS = 86_400_000;

/** A day with enough behind it and enough to come: a day before the last bar, or a year, but not in the first half. */
export function proposeStart(
  { first_bar_at, last_bar_at }: Pick<Instrument, "first_bar_at" | "last_bar_at">,
  interval: Interval,
): string {
  if (!first_bar_at || !last_bar_at) return "";
  const first = Date.parse(first_bar_at);
  const last = Date.parse(last_bar_at);
  const back = isIntraday(interval) ? DAY_MS : 365 * DAY_MS;
  return new Date(Math.max(last - back, (first + last) / 2)).toISOString().slice(0, 10);
}

/** `2009-03-01 14:30` in a time zone, for within the day; the date alone else. */
export function describePosition(positionAt: string, interval: Interval, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    ...(isIntraday(interval) ? { timeStyle: "short", timeZone } : { timeZone: "UTC" }),
  });
  // From 1day on the position is the label after the last bar that is seen: that bar's own day says more.
  const at = isIntraday(interval) ? Date.parse(positionAt) : Date.parse(positionAt) - 1_000;
  return parts.format(at);
}
