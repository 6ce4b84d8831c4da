import type { HourRow, TearSheetRead, WeekdayRow } from "@/lib/api/generated";
import { formatPlural } from "@/lib/format";

export const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
] as const;

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

export function weekdayName(row: WeekdayRow): string {
  return WEEKDAYS[row.weekday] ?? String(row.weekday);
}

/** The hour of the day that entries fell into: 09:00 to 10:00 is "09". */
export function hourName(row: HourRow): string {
  return `${String(row.hour).padStart(2, "0")}:00`;
}

/** Trades by hour say something only where there is more than one hour. */
export function hasHours(sheet: TearSheetRead): boolean {
  return sheet.by_hour.filter((row) => row.trades > 0).length > 1;
}

/** "41 of 60 months above zero": what a column of returns comes to. */
export function countWon(values: readonly (number | null)[], one: string): string {
  const known = values.filter((value) => value !== null);
  return `${known.filter((value) => value > 0).length} of ${formatPlural(known.length, one)} above zero`;
}
