import {
  looksLikeTime,
  readTimes,
  type DayOrder,
  type TimeReading,
} from "@/features/market/import/csv-times";
import type { Interval } from "@/lib/api/contract";

/** How much of a file is read for the preview. */
export const HEAD_BYTES = 64 * 1024;

export type Role = "time" | "open" | "high" | "low" | "close" | "volume";

export interface CsvPreview {
  delimiter: "," | ";" | "\t";
  /** The header's cells, or none. */
  names: string[];
  /** Lines above the header or the first row that say something else. */
  bannerLines: number;
  /** What each column is taken for; columns that are not here are ignored. */
  roles: Map<number, Role>;
  decimalComma: boolean;
  rows: string[][];
  time: TimeReading;
  order: "oldest first" | "newest first" | "mixed";
  interval: Interval | null;
  symbol: string;
}

/** Why nothing could be made of a file, said to the one who chose it. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}

const DELIMITERS = [",", ";", "\t"] as const;
const PRICES = ["open", "high", "low", "close"] as const;
const OTHER_NAMES: Record<string, string[]> = {
  open: ["o", "open price", "opening price", "first"],
  high: ["h", "high price", "max"],
  low: ["l", "low price", "min"],
  close: ["c", "close last", "close price", "closing price", "last", "price"],
  volume: ["vol", "v", "tickvol", "tick volume"],
};
const TIME_NAMES = ["datetime", "date time", "timestamp", "date", "time"];
const TIME_WORDS = new Set(["date", "time", "datetime", "timestamp", "unix", "day"]);
const SUBHEADERS = new Set(["ticker", "date", "datetime", "ticker symbol"]);
const CLOCK = /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?$/i;
const NUMBER = /^[$€£¥]?\s*[+-]?(?:\d[\d.,' ]*|\.\d+)(?:e[+-]?\d+)?$/i;

export function splitLine(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (line[i + 1] === '"') cell += line[(i += 1)]!;
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === delimiter) {
      cells.push(cell.trim());
      cell = "";
    } else cell += char;
  }
  cells.push(cell.trim());
  return cells;
}

/** `<Adj_Close>` → `adj close`, `1. open` → `open` */
function canonical(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim()
    .replace(/^\d+ /, "");
}

function findName(names: string[], wanted: string): number {
  for (const name of [wanted, ...(OTHER_NAMES[wanted] ?? [])]) {
    const at = names.indexOf(name);
    if (at >= 0) return at;
  }
  return -1;
}

function isHeader(cells: string[]): boolean {
  const names = cells.map(canonical);
  return PRICES.every((price) => findName(names, price) >= 0);
}

interface Columns {
  time: number[];
  prices: number[];
  volume: number;
}

function columnsByShape(cells: string[]): Columns | null {
  for (let column = 0; column < Math.min(3, cells.length); column += 1) {
    if (!looksLikeTime(cells[column]!)) continue;
    const split = CLOCK.test(cells[column + 1] ?? "");
    const first = column + (split ? 2 : 1);
    const prices = [0, 1, 2, 3].map((offset) => first + offset);
    if (!prices.every((at) => NUMBER.test(cells[at] ?? ""))) continue;
    return {
      time: split ? [column, column + 1] : [column],
      prices,
      volume: cells.length > first + 4 ? first + 4 : -1,
    };
  }
  return null;
}

function findTime(names: string[], rows: string[][], taken: Set<number>): number[] {
  const holds = (column: number, test: (cell: string) => boolean) =>
    rows.slice(0, 50).filter((row) => test(row[column] ?? "")).length * 2 >= Math.min(rows.length, 50);
  const [date, clock] = [names.indexOf("date"), names.indexOf("time")];
  if (date >= 0 && clock >= 0 && holds(date, looksLikeTime) && holds(clock, (cell) => CLOCK.test(cell))) {
    return [date, clock];
  }
  const free = names.map((_, column) => column).filter((column) => !taken.has(column));
  const exact = TIME_NAMES.map((name) => names.indexOf(name)).filter((column) => free.includes(column));
  const worded = free.filter((column) => names[column]!.split(" ").some((word) => TIME_WORDS.has(word)));
  const ordered = [...new Set([...exact, ...worded, ...free])];
  const found = ordered.find((column) => rows.length > 0 && holds(column, looksLikeTime));
  return found === undefined ? [] : [found];
}

function columnsByName(header: string[], rows: string[][]): Columns | null {
  const names = header.map(canonical);
  const prices = PRICES.map((price) => findName(names, price));
  if (prices.includes(-1) || new Set(prices).size < PRICES.length) return null;
  const volume = findName(names, "volume");
  const time = findTime(names, rows, new Set([...prices, volume]));
  return time.length > 0 ? { time, prices, volume } : null;
}

interface Layout {
  delimiter: CsvPreview["delimiter"];
  names: string[];
  bannerLines: number;
  columns: Columns;
  rows: string[][];
  score: number;
}

function readLayout(lines: string[], delimiter: CsvPreview["delimiter"]): Layout | null {
  const table = lines.map((line) => (line.trim() ? splitLine(line, delimiter) : []));
  const start = table.slice(0, 100).findIndex((cells) => isHeader(cells) || columnsByShape(cells) !== null);
  if (start < 0) return null;
  const headed = isHeader(table[start]!);
  let first = headed ? start + 1 : start;
  while (headed && SUBHEADERS.has(canonical(table[first]?.[0] ?? "")) && !table[first]!.some(looksLikeTime))
    first += 1;
  const rows = table.slice(first).filter((cells) => cells.length >= 5);
  const columns = headed ? columnsByName(table[start]!, rows) : columnsByShape(table[start]!);
  if (!columns) return null;
  const fitting = rows.filter((cells) => columns.prices.every((at) => NUMBER.test(cells[at] ?? ""))).length;
  const names = headed ? table[start]! : [];
  return { delimiter, names, bannerLines: start, columns, rows, score: fitting + (headed ? 1 : 0) };
}

function explainFailure(lines: string[]): UnreadableFile {
  for (const delimiter of DELIMITERS) {
    for (const line of lines.slice(0, 100)) {
      const names = splitLine(line, delimiter).map(canonical);
      const missing = PRICES.filter((price) => findName(names, price) < 0);
      if (names.length > 1 && missing.length < PRICES.length) {
        const what = missing.length > 0 ? missing.join(", ") : "a date or time";
        return new UnreadableFile(`The file's header has no column for ${what}.`);
      }
    }
  }
  return new UnreadableFile(
    "No rows of a date and four prices were found. The file should be CSV: date, open, high, low, close and, where there is one, volume, with comma, semicolon or tab between them.",
  );
}

function usesDecimalComma(rows: string[][], prices: number[], delimiter: string): boolean {
  const cells = rows.flatMap((row) => prices.map((at) => row[at] ?? ""));
  const commas = cells.filter((cell) => cell.includes(","));
  for (const cell of commas) {
    if (cell.includes(".")) return cell.lastIndexOf(",") > cell.lastIndexOf(".");
    if (cell.split(",").length > 2) return false;
    if (!/,\d{3}$/.test(cell)) return true;
  }
  return commas.length > 0 && delimiter !== "," && !cells.some((cell) => cell.includes("."));
}

const INTERVAL_SECONDS: [Interval, number][] = [
  ["1min", 60],
  ["5min", 300],
  ["15min", 900],
  ["30min", 1800],
  ["45min", 2700],
  ["1h", 3600],
  ["2h", 7200],
  ["4h", 14_400],
  ["1day", 86_400],
  ["1week", 604_800],
];

/** The interval whose spacing is the most frequent one. */
export function guessInterval(seconds: readonly (number | null)[]): Interval | null {
  const counts = new Map<number, number>();
  let previous: number | null = null;
  for (const at of seconds) {
    if (at === null) continue;
    const gap = previous === null ? 0 : Math.round(Math.abs(at - previous));
    if (gap > 0) counts.set(gap, (counts.get(gap) ?? 0) + 1);
    previous = at;
  }
  const [gap] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
  if (gap === undefined) return null;
  if (gap >= 28 * 86_400 && gap <= 31 * 86_400) return "1month";
  return INTERVAL_SECONDS.find(([, size]) => size === gap)?.[0] ?? null;
}

const NOT_SYMBOL =
  /^(daily|weekly|monthly|hourly|intraday|history|historical|data|prices?|ohlcv?|quotes?|download|export|stocks?|bars?|\d{1,2}|\d{4,8}|(\d+)?(min|m|h|hour|d|day|w|week|mo|month)s?)$/i;

/** "AAPL_daily.csv" → AAPL, "btc-usd 1h (2).csv" → BTC-USD */
export function guessSymbol(fileName: string): string {
  const stem = fileName.replace(/\.(csv|txt|tsv|gz|zip)$/gi, "").replace(/\.(csv|txt|tsv)$/i, "");
  const words = stem
    .replace(/\(\d+\)/g, " ")
    .split(/[\s_,]+/)
    .flatMap((word) =>
      NOT_SYMBOL.test(word.split("-").pop() ?? "") ? word.split("-").slice(0, -1).join("-") : word,
    )
    .filter((word) => word && !NOT_SYMBOL.test(word));
  const symbol = (words[0] ?? "").toUpperCase().replace(/[^A-Z0-9._/^-]/g, "");
  return symbol.replace(/^[^A-Z0-9]+/, "").slice(0, 32);
}

/** What the head of a file says. Throws UnreadableFile when it is no table of bars. */
export function previewCsv(head: string, fileName: string, isWhole: boolean, order?: DayOrder): CsvPreview {
  const lines = head.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (!isWhole && lines.length > 1) lines.pop(); // cut in the middle
  if (!lines.some((line) => line.trim())) throw new UnreadableFile("The file is empty.");
  const layouts = DELIMITERS.map((delimiter) => readLayout(lines, delimiter)).filter(
    (found) => found !== null,
  );
  const best = layouts.sort((a, b) => b.score - a.score)[0];
  if (!best) throw explainFailure(lines);
  const { time, prices, volume } = best.columns;
  const reading = readTimes(
    best.rows.map((row) => time.map((at) => row[at] ?? "").join(" ")),
    order,
  );
  const known = reading.seconds.filter((at) => at !== null);
  const rising = known.every((at, index) => index === 0 || at >= known[index - 1]!);
  const falling = known.every((at, index) => index === 0 || at <= known[index - 1]!);
  const roles = new Map<number, Role>(time.map((at) => [at, "time"]));
  prices.forEach((at, index) => roles.set(at, PRICES[index]!));
  if (volume >= 0) roles.set(volume, "volume");
  return {
    delimiter: best.delimiter,
    names: best.names,
    bannerLines: best.bannerLines,
    roles,
    decimalComma: usesDecimalComma(best.rows, prices, best.delimiter),
    rows: best.rows,
    time: reading,
    order: rising ? "oldest first" : falling ? "newest first" : "mixed",
    interval: reading.isAmbiguous && !order ? null : guessInterval(reading.seconds),
    symbol: guessSymbol(fileName),
  };
}

/** The first bytes of a file as text. Throws UnreadableFile for archives. */
export async function readHead(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const isArchive = (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x50 && bytes[1] === 0x4b);
  if (isArchive) throw new UnreadableFile("The file is packed. Unpack it first and choose the CSV inside.");
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(wide ? "utf-16le" : "utf-8").decode(bytes);
}
