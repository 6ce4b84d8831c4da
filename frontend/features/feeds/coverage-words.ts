import { INTERVALS, isIntraday } from "@/features/market/labels";
import type { Interval } from "@/lib/api/contract";
import type { InstrumentCoverage, SeriesCoverage } from "@/lib/api/generated";
import { formatCount, formatDate, formatDateTime, formatPercent, formatPlural } from "@/lib/format";

/** An instant as precise as the interval asks for. */
export function formatBarTime(at: string | null, interval: Interval): string {
  return isIntraday(interval) ? formatDateTime(at) : formatDate(at);
}

/** "3 hours": an age without "ago". */
export function formatAge(seconds: number): string {
  if (seconds < 90) return "a minute";
  if (seconds < 5_400) return formatPlural(Math.round(seconds / 60), "minute");
  if (seconds < 129_600) return formatPlural(Math.round(seconds / 3600), "hour");
  if (seconds < 86_400 * 60) return formatPlural(Math.round(seconds / 86_400), "day");
  if (seconds < 86_400 * 730) return formatPlural(Math.round(seconds / 2_629_800), "month");
  return formatPlural(Math.round(seconds / 31_557_600), "year");
}

export interface FreshnessWords {
  text: string;
  tone: "up" | "warn" | "outline";
}

/** How fresh a series is. Bars that nobody feeds get older, and that is no fault. */
export function sayFreshness(series: SeriesCoverage, isFed: boolean): FreshnessWords | null {
  if (series.freshness === null || series.age_seconds === null) return null;
  if (series.freshness === "closed") return { text: "up to date, market closed", tone: "up" };
  if (series.freshness === "fresh") return { text: "up to date", tone: "up" };
  const age = formatAge(series.age_seconds);
  return isFed ? { text: `${age} behind`, tone: "warn" } : { text: `ended ${age} ago`, tone: "outline" };
}

/** "all of 5,031 bars" or what lacks, against the market's calendar. */
export function sayHoles(series: SeriesCoverage): string {
  if (series.bar_count === 0) return "no bars yet";
  if (series.expected === null || series.missing === null)
    return series.is_measured ? "no calendar to measure against" : "not measured yet";
  const measured = series.is_measured ? "" : ", measured again soon";
  if (series.missing === 0) return `no holes${measured}`;
  const share = formatPercent(series.missing / Math.max(1, series.expected));
  return `${formatPlural(series.missing, "bar")} missing (${share})${measured}`;
}

/** The time line in words. */
export function sayCoverage(symbol: string, series: SeriesCoverage): string {
  const what = `${INTERVALS[series.interval]} bars of ${symbol}`;
  if (series.bar_count === 0) return `${what}: none stored yet.`;
  const from = formatBarTime(series.first_bar_at, series.interval);
  const to = formatBarTime(series.last_bar_at, series.interval);
  return `${what}: ${formatCount(series.bar_count)} stored from ${from} to ${to}, ${sayHoles(series)}.`;
}

/** Whether the asker may change it; the API decides. */
export function mayChange(instrument: Pick<InstrumentCoverage, "scope">, isAdmin: boolean): boolean {
  return instrument.scope === "private" || isAdmin;
}
