import { INTERVALS, isIntraday, longInterval, type Interval } from "@/features/chart/intervals";
import type { BacktestCreate, RunRead } from "@/lib/api/generated";
import { formatCount, formatMoney, formatNumber } from "@/lib/format";
import { z } from "@/lib/zod";

const DAY_MS = 86_400_000;
const HIGHEST_CASH = 1e12;
const HIGHEST_BPS = 1_000;

/** "10,000.50" or "10000,5" as a number; NaN when it is none. */
export function readNumber(text: string): number {
  const bare = text.trim().replace(/[\s\u00a0']/g, "");
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(bare)
    ? bare.replaceAll(",", "")
    : bare.replace(/^(-?\d*),(\d+)$/, "$1.$2");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : Number.NaN;
}

function numberBetween(least: number, most: number, message: string, isLeastExcluded = false) {
  return z.string().refine((text) => {
    const value = readNumber(text);
    return (isLeastExcluded ? value > least : value >= least) && value <= most;
  }, message);
}

const basisPoints = numberBetween(0, HIGHEST_BPS, "Basis points go from 0 to 1,000 (10 bps = 0.1 %).");
const day = z.union([z.literal(""), z.iso.date("Write a date like 2010-01-31.")]);

/** What the form of a run holds; texts, as they are typed. `through` is the last day, itself included. */
export const runSettingsSchema = z
  .object({
    symbol: z.string().min(1, "Choose an instrument."),
    interval: z.enum(INTERVALS),
    start: day,
    through: day,
    initial_cash: numberBetween(
      0,
      HIGHEST_CASH,
      "Cash must be more than 0, at most 1,000,000,000,000.",
      true,
    ),
    commission_bps: basisPoints,
    slippage_bps: basisPoints,
    commission_fixed: numberBetween(0, HIGHEST_CASH, "A fixed commission is 0 or more."),
    whole_units: z.boolean(),
    close_at_end: z.boolean(),
    adjust: z.enum(["splits", "none"]),
  })
  .refine(({ start, through }) => !start || !through || start <= through, {
    path: ["through"],
    message: "The last day lies before the first one.",
  });

export type RunSettings = z.infer<typeof runSettingsSchema>;

export const DEFAULT_RUN_SETTINGS: RunSettings = {
  symbol: "",
  interval: "1day",
  start: "",
  through: "",
  initial_cash: "10000",
  commission_bps: "10",
  slippage_bps: "5",
  commission_fixed: "0",
  whole_units: false,
  close_at_end: true,
  adjust: "splits",
};

function shiftDay(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The request's side of the settings: its `end` is the first day that no longer counts. */
export function toRequest(
  settings: RunSettings,
): Omit<BacktestCreate, "source" | "strategy_id" | "version" | "parameters"> {
  return {
    symbol: settings.symbol,
    interval: settings.interval,
    start: settings.start || null,
    end: settings.through ? shiftDay(settings.through, 1) : null,
    initial_cash: String(readNumber(settings.initial_cash)),
    commission_bps: readNumber(settings.commission_bps),
    slippage_bps: readNumber(settings.slippage_bps),
    commission_fixed: String(readNumber(settings.commission_fixed)),
    whole_units: settings.whole_units,
    close_at_end: settings.close_at_end,
    adjust: settings.adjust,
  };
}

function trimDecimals(amount: string): string {
  return amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount;
}

/** What a run was asked for, without what came of it: of sweeps and walk-forwards too. */
export type RunTerms = Omit<
  RunRead,
  | "progress"
  | "error"
  | "cancel_requested"
  | "verdict"
  | "metrics"
  | "benchmark"
  | "manifest"
  | "sweep_id"
  | "status"
  | "parameters"
>;

/** The settings a run was asked for, to ask again. */
export function settingsOfRun(run: RunTerms): RunSettings {
  return {
    symbol: run.symbol,
    interval: run.interval,
    start: run.start?.slice(0, 10) ?? "",
    through: run.end ? new Date(Date.parse(run.end) - 1).toISOString().slice(0, 10) : "",
    initial_cash: trimDecimals(run.initial_cash),
    commission_bps: String(run.commission_bps),
    slippage_bps: String(run.slippage_bps),
    commission_fixed: trimDecimals(run.commission_fixed),
    whole_units: run.whole_units,
    close_at_end: run.close_at_end,
    adjust: run.adjust,
  };
}

export type RunSubject = {
  /** Name of the saved rule; null for a text that is not saved. */
  name: string | null;
  version: number | null;
  /** The text differs from the saved version, so the text itself runs. */
  isChanged: boolean;
  parameters: Record<string, number>;
  lookback: number | null;
};

export type RunMarket = { currency: string | null; firstDay: string | null; lastDay: string | null };

/** What will run, in sentences, or what is missing before it can. */
export function describeRun(subject: RunSubject, settings: RunSettings, market: RunMarket): string[] {
  const rule = subject.name
    ? subject.isChanged
      ? `the changed text of “${subject.name}”`
      : `“${subject.name}” version ${subject.version}`
    : "the unsaved rule";
  const from = settings.start || market.firstDay;
  const through = settings.through || market.lastDay;
  const span = from && through ? `, ${from} through ${through}` : "";
  const adjust =
    settings.adjust === "splits" ? "adjusted for splits" : "prices as traded, splits not adjusted";
  const first = settings.symbol
    ? `Runs ${rule} on ${settings.symbol} ${longInterval(settings.interval)} bars${span}, ${adjust}.`
    : `Runs ${rule}, once an instrument is chosen.`;

  const values = Object.entries(subject.parameters).map(
    ([name, value]) => `${name} ${formatNumber(value, { digits: decimalsOf(value) })}`,
  );
  const costs = [
    `${formatNumber(readNumber(settings.commission_bps))} bps commission`,
    ...(readNumber(settings.commission_fixed) > 0
      ? [`${formatMoney(settings.commission_fixed, market.currency)} fixed`]
      : []),
    `${formatNumber(readNumber(settings.slippage_bps))} bps slippage`,
  ];
  const cash = formatMoney(readNumber(settings.initial_cash), market.currency, {
    digits: decimalsOf(readNumber(settings.initial_cash)),
  });
  const warmUp =
    subject.lookback && subject.lookback > 0
      ? settings.start
        ? `Bars before ${settings.start} warm the indicators up; signals before that day do not count.`
        : `The first ${formatCount(subject.lookback)} bars only warm the indicators up.`
      : null;
  return [
    first,
    `Starts with ${cash}; each fill costs ${joinWords(costs)}.`,
    ...(values.length > 0 ? [`With ${values.join(", ")}.`] : []),
    `${settings.whole_units ? "Whole units only" : "Fractions of a unit are bought"}; a position open at the end is ${settings.close_at_end ? "closed at the last close" : "left open and marked there"}.`,
    ...(warmUp ? [warmUp] : []),
    ...(isIntraday(settings.interval) && (settings.start || settings.through)
      ? ["Days begin and end at midnight UTC."]
      : []),
  ];
}

function joinWords(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Digits after the point that a number itself has, up to 8. */
export function decimalsOf(value: number): number {
  if (!Number.isFinite(value)) return 0;
  const text = Number(value.toFixed(8)).toString();
  return text.includes("e-") ? 8 : (text.split(".")[1]?.length ?? 0);
}

/** The interval to preset: the wanted one where it can be had. */
export function presetInterval(wanted: string | null): Interval | null {
  return INTERVALS.find((interval) => interval === wanted) ?? null;
}
