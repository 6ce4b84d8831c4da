/** Figures as people read them. One locale, so that server and browser print the same text. */
const LOCALE = "en-US";
const MINUS = "−";
/** What stands where there is no figure. */
export const NO_FIGURE = "–";

const cache = new Map<string, Intl.NumberFormat>();

function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let made = cache.get(key);
  if (!made) cache.set(key, (made = new Intl.NumberFormat(LOCALE, options)));
  return made;
}

export interface FigureFormat {
  /** Show + on positive values (− stands on negative ones anyway). */
  signed?: boolean;
  /** Digits after the point, fixed. */
  digits?: number;
}

function print(
  value: number | null | undefined,
  { signed, digits }: FigureFormat,
  more: Intl.NumberFormatOptions = {},
) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_FIGURE;
  const fixed = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = formatter({ signDisplay: signed ? "exceptZero" : "negative", ...fixed, ...more }).format(
    value,
  );
  return text.replace("-", MINUS);
}

export function formatNumber(value: number | null | undefined, format: FigureFormat = {}): string {
  return print(value, format, format.digits === undefined ? { maximumFractionDigits: 2 } : {});
}

export function formatCount(value: number | null | undefined, format: FigureFormat = {}): string {
  return print(value, { ...format, digits: 0 });
}

/** A fraction as percent, the same everywhere: 0.1743 → 17.4%, and under one percent 0.0042 → 0.42%. */
export function formatPercent(fraction: number | null | undefined, format: FigureFormat = {}): string {
  const size = Math.abs(fraction ?? 0);
  // What would be printed as 0.00% is no more than 0.0%.
  const isSmall = size >= 0.00005 && size < 0.00995;
  return print(fraction, { ...format, digits: format.digits ?? (isSmall ? 2 : 1) }, { style: "percent" });
}

/** A price with as many digits as its size asks for: 186.28, 1.08452, 0.00001234. */
export function formatPrice(value: number | null | undefined, format: FigureFormat = {}): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_FIGURE;
  return print(value, { ...format, digits: format.digits ?? priceDigits(value) });
}

/** Digits after the point that a price of this size is shown with. */
export function priceDigits(value: number): number {
  const size = Math.abs(value);
  if (size >= 10 || size === 0) return 2;
  if (size >= 1) return 4;
  return Math.min(8, 4 + Math.ceil(-Math.log10(size)));
}

/** Money; amounts that count arrive as decimal strings. */
export function formatMoney(
  value: number | string | null | undefined,
  currency?: string | null,
  format: FigureFormat = {},
): string {
  const number = typeof value === "string" ? Number(value) : value;
  const text = print(number, { ...format, digits: format.digits ?? 2 });
  return currency && text !== NO_FIGURE ? `${text} ${currency}` : text;
}

export function formatCompact(value: number | null | undefined): string {
  return print(value, {}, { notation: "compact", maximumFractionDigits: 1 });
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${formatNumber(size, { digits: unit === 0 || size >= 100 ? 0 : 1 })} ${units[unit]}`;
}

type Instant = string | number | Date | null | undefined;

function parse(at: Instant): Date | null {
  if (at === null || at === undefined) return null;
  const date = typeof at === "number" ? new Date(at * 1000) : new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** 2013-03-01; numbers are unix seconds, the day is UTC's. */
export function formatDate(at: Instant): string {
  return parse(at)?.toISOString().slice(0, 10) ?? NO_FIGURE;
}

/** 2013-03-01 14:30, in UTC. */
export function formatDateTime(at: Instant): string {
  return parse(at)?.toISOString().slice(0, 16).replace("T", " ") ?? NO_FIGURE;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago" */
export function formatAgo(at: Instant, now: Date = new Date()): string {
  const date = parse(at);
  if (!date) return NO_FIGURE;
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return "just now";
}

/** "1 bar", "12 bars" */
export function formatPlural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
