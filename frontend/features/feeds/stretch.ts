import { isIntraday } from "@/features/market/labels";
import type { Interval } from "@/lib/api/contract";
import type { SeriesCoverage } from "@/lib/api/generated";

/** Two days, both inclusive, as date fields hold them. */
export interface Stretch {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const USUAL_DAYS = { intraday: 90, daily: 20 * 365 };

function move(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** What the dialog begins with: everything stored when it is fetched again, else as much again before it. */
export function findUsualStretch(
  series: Pick<SeriesCoverage, "first_bar_at" | "last_bar_at"> | null,
  interval: Interval,
  isAgain: boolean,
  today: string,
): Stretch {
  const days = isIntraday(interval) ? USUAL_DAYS.intraday : USUAL_DAYS.daily;
  const first = series?.first_bar_at?.slice(0, 10);
  if (!first) return { from: move(today, -days), to: today };
  if (isAgain) return { from: first, to: series?.last_bar_at?.slice(0, 10) ?? today };
  return { from: move(first, -days), to: today };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The stretch as the API takes it, or what is wrong with it. Until today means until now. */
export function readStretch(
  { from, to }: Stretch,
  today: string,
): { start: string; end: string | null } | { problem: string } {
  const isDay = (day: string) => DAY.test(day) && !Number.isNaN(Date.parse(day));
  if (!isDay(from) || !isDay(to)) return { problem: "Give both days." };
  if (from > to) return { problem: "The first day lies after the last one." };
  if (from > today) return { problem: "That lies in the future." };
  return { start: `${from}T00:00:00Z`, end: to >= today ? null : `${move(to, 1)}T00:00:00Z` };
}
