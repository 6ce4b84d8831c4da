/** The bar intervals of the product, finest first. The names travel in the API, in rules and in the URL. */
export const INTERVALS = [
  "1min",
  "5min",
  "15min",
  "30min",
  "45min",
  "1h",
  "2h",
  "4h",
  "1day",
  "1week",
  "1month",
] as const;

export type Interval = (typeof INTERVALS)[number];

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const SECONDS: Record<Interval, number> = {
  "1min": MINUTE,
  "5min": 5 * MINUTE,
  "15min": 15 * MINUTE,
  "30min": 30 * MINUTE,
  "45min": 45 * MINUTE,
  "1h": HOUR,
  "2h": 2 * HOUR,
  "4h": 4 * HOUR,
  "1day": DAY,
  "1week": 7 * DAY,
  "1month": 30 * DAY,
};

const SHORT: Record<Interval, string> = {
  "1min": "1m",
  "5min": "5m",
  "15min": "15m",
  "30min": "30m",
  "45min": "45m",
  "1h": "1h",
  "2h": "2h",
  "4h": "4h",
  "1day": "1D",
  "1week": "1W",
  "1month": "1M",
};

const LONG: Record<Interval, string> = {
  "1min": "1 minute",
  "5min": "5 minutes",
  "15min": "15 minutes",
  "30min": "30 minutes",
  "45min": "45 minutes",
  "1h": "1 hour",
  "2h": "2 hours",
  "4h": "4 hours",
  "1day": "daily",
  "1week": "weekly",
  "1month": "monthly",
};

export function isInterval(value: unknown): value is Interval {
  return typeof value === "string" && (INTERVALS as readonly string[]).includes(value);
}

/** Nominal length in seconds; a month counts 30 days. */
export function intervalSeconds(interval: Interval): number {
  return SECONDS[interval];
}

/** Within the day a bar's time is its open instant; from a day on it is a date label at 00:00:00Z. */
export function isIntraday(interval: Interval): boolean {
  return SECONDS[interval] < DAY;
}

export function shortInterval(interval: Interval): string {
  return SHORT[interval];
}

export function longInterval(interval: Interval): string {
  return LONG[interval];
}

/** True when whole bars of `finer` make up a bar of `coarser`; an interval divides itself. */
export function intervalDivides(finer: Interval, coarser: Interval): boolean {
  if (finer === coarser) return true;
  return SECONDS[finer] < SECONDS[coarser] && SECONDS[coarser] % SECONDS[finer] === 0;
}

export type IntervalChoice = {
  interval: Interval;
  /** Stored as such, made from a finer stored one, or not to be had. */
  source: "stored" | "resampled" | "none";
  /** The stored interval it is made from. */
  from?: Interval;
  /** Why it cannot be shown, in a sentence. */
  reason?: string;
};

/** What an instrument can show, given the intervals it stores. */
export function intervalChoices(stored: readonly string[]): IntervalChoice[] {
  const kept = INTERVALS.filter((interval) => stored.includes(interval));
  return INTERVALS.map((interval) => {
    if (kept.includes(interval)) return { interval, source: "stored" };
    const from = kept.filter((finer) => intervalDivides(finer, interval)).at(-1);
    if (from) return { interval, source: "resampled", from };
    const finest = kept[0];
    const reason = finest
      ? `${LONG[interval]} bars cannot be made from the stored ${kept.map((kind) => LONG[kind]).join(", ")} bars. Import finer bars to see them.`
      : "No bars are stored for this instrument yet.";
    return { interval, source: "none", reason: reason.charAt(0).toUpperCase() + reason.slice(1) };
  });
}

/** The interval to show when the wanted one cannot be had: daily if possible, else the first that can. */
export function nearestInterval(wanted: Interval | null, stored: readonly string[]): Interval {
  const possible = intervalChoices(stored).filter((choice) => choice.source !== "none");
  if (wanted && possible.some((choice) => choice.interval === wanted)) return wanted;
  if (possible.some((choice) => choice.interval === "1day")) return "1day";
  return possible[0]?.interval ?? wanted ?? "1day";
}

/** Why bars of an interval cannot be compared with those of another instrument; null when they can. */
export function whyNotCompared(stored: readonly string[], interval: Interval): string | null {
  const possible = intervalChoices(stored).filter((choice) => choice.source !== "none");
  if (possible.some((choice) => choice.interval === interval)) return null;
  const finest = possible[0]?.interval;
  if (finest === undefined) return "no bars yet";
  return finest === "1day" ? "daily only" : `from ${SHORT[finest]} on`;
}
