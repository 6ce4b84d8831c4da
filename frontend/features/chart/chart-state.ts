import { formatIndicator, parseIndicators, type ChosenIndicator } from "@/features/chart/indicator-catalog";
import { intervalSeconds, isInterval, isIntraday, type Interval } from "@/features/chart/intervals";

export const RANGES = ["1D", "5D", "1M", "3M", "6M", "1Y", "5Y", "All"] as const;
export type Range = (typeof RANGES)[number];

const MONTHS: Partial<Record<Range, number>> = { "1M": 1, "3M": 3, "6M": 6, "1Y": 12, "5Y": 60 };
const DAY_SECONDS = 86_400;
/** Calendar days; five of trading make a week. */
const DAYS: Partial<Record<Range, number>> = { "1D": 1, "5D": 7 };

export type ChartState = {
  symbol: string | null;
  interval: Interval | null;
  /** The range button; null when the view was moved by hand and `window` says where it stands. */
  range: Range | null;
  /** First and last visible bar's time, unix seconds. */
  window: { from: number; to: number } | null;
  indicators: ChosenIndicator[];
  adjust: "splits" | "none";
  scale: "linear" | "log";
  /** Other symbols, drawn as lines in percent from the left edge of the view. */
  compare: string[];
};

export const MAXIMUM_COMPARED = 5;

export const SYMBOL_PATTERN = /^[A-Z0-9][A-Z0-9._/^-]{0,31}$/;

/** The range a chart begins with: as many bars as can be told apart. */
export function usualRange(interval: Interval | null): Range {
  const seconds = interval === null ? DAY_SECONDS : intervalSeconds(interval);
  if (seconds <= 60) return "1D";
  if (seconds <= 15 * 60) return "5D";
  return seconds <= 3_600 ? "1M" : "1Y";
}

function readSymbol(text: string | null): string | null {
  const symbol = text?.trim().toUpperCase() ?? "";
  return SYMBOL_PATTERN.test(symbol) ? symbol : null;
}

function readSymbols(text: string | null): string[] {
  const symbols = (text ?? "").split(",").map(readSymbol);
  return [...new Set(symbols.filter((symbol) => symbol !== null))].slice(0, MAXIMUM_COMPARED);
}

/** `2009-03-01` or `2009-03-01T14:30:00Z`, as seconds. */
function readInstant(text: string | null): number | null {
  if (!text || !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

function writeInstant(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}

/** The chart as the address says it. Whatever cannot be read falls back to its default. */
export function readChartState(params: Pick<URLSearchParams, "get">): ChartState {
  const interval = params.get("interval");
  const from = readInstant(params.get("from"));
  const to = readInstant(params.get("to"));
  const view = from !== null && to !== null && from < to ? { from, to } : null;
  const range = RANGES.find((name) => name.toLowerCase() === params.get("range")?.toLowerCase());
  return {
    symbol: readSymbol(params.get("symbol")),
    interval: isInterval(interval) ? interval : null,
    range: view ? null : (range ?? usualRange(isInterval(interval) ? interval : null)),
    window: view,
    indicators: parseIndicators(params.get("ind") ?? ""),
    adjust: params.get("adjust") === "none" ? "none" : "splits",
    scale: params.get("scale") === "log" ? "log" : "linear",
    compare: readSymbols(params.get("cmp")),
  };
}

/** The address of a chart: what differs from a bare chart, in one fixed order, readable to a person. */
export function writeChartState(state: ChartState): string {
  const parts: string[] = [];
  const add = (name: string, value: string) =>
    parts.push(
      `${name}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%2F", "/")}`,
    );
  if (state.symbol) add("symbol", state.symbol);
  if (state.interval) add("interval", state.interval);
  if (state.window) {
    add("from", writeInstant(state.window.from));
    add("to", writeInstant(state.window.to));
  } else add("range", state.range ?? usualRange(state.interval));
  if (state.indicators.length > 0) add("ind", state.indicators.map(formatIndicator).join(","));
  add("adjust", state.adjust);
  if (state.scale === "log") add("scale", "log");
  if (state.compare.length > 0) add("cmp", state.compare.join(","));
  return parts.join("&");
}

/** A chart's path, for links from other rooms. */
export function chartPath(symbol: string, rest: Partial<ChartState> = {}): string {
  const range = usualRange(rest.interval ?? null);
  return `/chart?${writeChartState({ ...readChartState(new URLSearchParams()), symbol, range, ...rest })}`;
}

/** The first time a range shows, counted back from the newest bar; null for all of them. */
export function rangeStart(range: Range, newest: number): number | null {
  if (range === "All") return null;
  const days = DAYS[range];
  if (days !== undefined) return newest - days * DAY_SECONDS;
  const last = new Date(newest * 1000);
  const first = new Date(newest * 1000);
  first.setUTCMonth(first.getUTCMonth() - (MONTHS[range] ?? 0));
  // 31 May minus three months would run over into March.
  if (first.getUTCDate() !== last.getUTCDate()) first.setUTCDate(0);
  return first.getTime() / 1000;
}

/** The ranges to choose from: days make sense within the day alone. */
export function rangesOf(interval: Interval): readonly Range[] {
  return isIntraday(interval) ? RANGES : RANGES.filter((range) => !(range in DAYS));
}

/** A range that can be chosen on an interval: the asked one, or the one that it usually has. */
export function fittingRange(range: Range | null, interval: Interval): Range | null {
  if (range === null || rangesOf(interval).includes(range)) return range;
  return usualRange(interval);
}

/** The range after the interval changed: a year of minutes is too much at first, a day of days too little. */
export function rangeAfter(range: Range | null, from: Interval, to: Interval): Range | null {
  const usual = usualRange(to);
  if (isIntraday(from) !== isIntraday(to)) return usual;
  if (range === null || range === usualRange(from)) return range && usual;
  const isTooLong = intervalSeconds(to) < intervalSeconds(from) && isIntraday(to);
  return isTooLong && RANGES.indexOf(range) > RANGES.indexOf(usual) ? usual : range;
}

/** True when the range reaches back before the first bar: then it shows no more than all there is. */
export function isBeyond(range: Range, oldest: number | undefined, newest: number | undefined): boolean {
  if (oldest === undefined || newest === undefined) return false;
  const start = rangeStart(range, newest);
  // A history that is a weekend short of the range is as good as that range.
  return start !== null && start < oldest - 4 * DAY_SECONDS && range !== "1D";
}
