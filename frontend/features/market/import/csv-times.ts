/** Reading dates and times as they stand in files, a column at a time. */

export type DayOrder = "dmy" | "mdy" | "ymd";

export type TimeStyle = "date" | "local" | "instant";

export interface TimeReading {
  /** What the column looks like, for people: "2013-03-01", "seconds since 1970". */
  label: string;
  style: TimeStyle;
  /** Day and month could each stand first in every row that was seen. */
  isAmbiguous: boolean;
  /** Seconds since 1970 of each cell, read as UTC; null where it is no time. */
  seconds: (number | null)[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const CLOCK = String.raw`(?:[\sT]+(\d{1,2})(?::?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?|-(?=[AP]M))\s*-?([AP]\.?M\.?)?)?`;
const ZONE = String.raw`(?:\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${CLOCK}${ZONE}$`, "i");
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${CLOCK}${ZONE}$`, "i");
const COMPACT = new RegExp(String.raw`^((?:19|20)\d{2})(\d{2})(\d{2})(?:\s?(\d{2})(\d{2})(\d{2})?)?$`);
const NAMED = new RegExp(
  String.raw`^(?:([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})|(\d{1,2})[\s-]([a-z]{3})[a-z]*[\s,-]+(\d{4}|\d{2}))${CLOCK}${ZONE}$`,
  "i",
);
const EPOCH = /^\d{9,19}(?:\.0*)?$/;

interface Parts {
  /** The three numbers of the date in the order they stand in. */
  numbers: [number, number, number];
  order: DayOrder | "either";
  clock: (string | undefined)[];
  zone?: string;
}

function fullYear(year: number): number {
  return year >= 100 ? year : year + (year < 70 ? 2000 : 1900);
}

function readParts(cell: string): Parts | null {
  let match = YEAR_FIRST.exec(cell);
  if (match) {
    const [, year, , month, day, ...rest] = match;
    return {
      numbers: [Number(year), Number(month), Number(day)],
      order: "ymd",
      clock: rest.slice(0, 4),
      zone: rest[4],
    };
  }
  match = YEAR_LAST.exec(cell);
  if (match) {
    const [, first, mark, second, year, ...rest] = match;
    return {
      numbers: [Number(first), Number(second), Number(year)],
      order: mark === "." ? "dmy" : "either",
      clock: rest.slice(0, 4),
      zone: rest[4],
    };
  }
  match = COMPACT.exec(cell);
  if (match) {
    const [, year, month, day, ...clock] = match;
    return { numbers: [Number(year), Number(month), Number(day)], order: "ymd", clock };
  }
  match = NAMED.exec(cell);
  if (match) {
    const [, name1, day1, year1, day2, name2, year2, ...rest] = match;
    const month = MONTHS.indexOf((name1 ?? name2 ?? "").toLowerCase()) + 1;
    if (month === 0) return null;
    const numbers: [number, number, number] = [Number(day1 ?? day2), month, Number(year1 ?? year2)];
    return { numbers, order: "dmy", clock: rest.slice(0, 4), zone: rest[4] };
  }
  return null;
}

function readClock([hours, minutes, seconds, half]: (string | undefined)[]): number | null {
  if (hours === undefined) return 0;
  let hour = Number(hours);
  if (half) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (/^p/i.test(half) ? 12 : 0);
  }
  const [minute, second] = [Number(minutes ?? 0), Number(seconds ?? 0)];
  return hour < 24 && minute < 60 && second < 60 ? hour * 3600 + minute * 60 + second : null;
}

function readZone(zone: string | undefined): number {
  const match = zone ? /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) : null;
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60);
}

function toSeconds(parts: Parts, order: DayOrder): number | null {
  const [a, b, c] = parts.numbers;
  const [year, month, day] = order === "ymd" ? [a, b, c] : order === "dmy" ? [c, b, a] : [c, a, b];
  const date = new Date(Date.UTC(fullYear(year), month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const clock = readClock(parts.clock);
  return clock === null ? null : date.getTime() / 1000 + clock - readZone(parts.zone);
}

function readEpoch(cell: string): { seconds: number; unit: string } | null {
  if (!EPOCH.test(cell)) return null;
  const value = Number(cell);
  if (value >= 1e17) return { seconds: value / 1e9, unit: "nanoseconds" };
  if (value >= 1e14) return { seconds: value / 1e6, unit: "microseconds" };
  if (value >= 1e11) return { seconds: value / 1e3, unit: "milliseconds" };
  return { seconds: value, unit: "seconds" };
}

export function looksLikeTime(cell: string): boolean {
  return readParts(cell) !== null || EPOCH.test(cell);
}

const ORDER_LABELS: Record<DayOrder, string> = {
  ymd: "year-month-day",
  dmy: "day/month/year",
  mdy: "month/day/year",
};

/** Reads a column of times. `order` is what the person said, where day and month are open. */
export function readTimes(cells: readonly string[], order?: DayOrder): TimeReading {
  const epochs = cells.map(readEpoch);
  const parts = cells.map(readParts);
  const isEpoch = epochs.filter(Boolean).length > parts.filter(Boolean).length;
  if (isEpoch) {
    const unit = epochs.find(Boolean)!.unit;
    return {
      label: `${unit} since 1970`,
      style: "instant",
      isAmbiguous: false,
      seconds: epochs.map((epoch) => epoch?.seconds ?? null),
    };
  }
  const open = parts.filter((part): part is Parts => part?.order === "either");
  const dayFits = open.every((part) => toSeconds(part, "dmy") !== null);
  const monthFits = open.every((part) => toSeconds(part, "mdy") !== null);
  // 05/05 reads the same either way: only a row where the two differ leaves it open.
  const differ = open.some((part) => part.numbers[0] !== part.numbers[1]);
  const isAmbiguous = open.length > 0 && dayFits && monthFits && differ;
  const chosen: DayOrder = order === "dmy" || order === "mdy" ? order : dayFits && !monthFits ? "dmy" : "mdy";
  const seconds = parts.map((part) => {
    if (!part) return null;
    return toSeconds(part, part.order === "either" ? chosen : part.order);
  });
  const known = parts.find(Boolean);
  const zoned = parts.some((part) => part?.zone);
  const clocked = parts.some((part) => part?.clock[0] !== undefined);
  const written = !known ? "" : ORDER_LABELS[known.order === "either" ? chosen : known.order];
  return {
    label: [isAmbiguous && !order ? "day and month undecided" : written, clocked && "time", zoned && "zone"]
      .filter(Boolean)
      .join(", "),
    style: zoned ? "instant" : clocked ? "local" : "date",
    isAmbiguous,
    seconds,
  };
}
