import {
  INTERVALS,
  intervalSeconds,
  isIntraday,
  longInterval,
  type Interval,
} from "@/features/chart/intervals";
import type { BacktestCreate, RunRead } from "@/lib/api/generated";
import { formatCount, formatMoney, formatNumber, formatPlural } from "@/lib/format";
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

const basisPoints = numberBetween(0, HIGHEST_BPS, "Basis points go from 0 to 1,000 (10 bps = 0.1%).");
const yearlyRate = numberBetween(0, 100, "A rate goes from 0 to 100% a year.");
const day = z.union([z.literal(""), z.iso.date("Write a day like 2010-01-31.")]);
const tier = z.object({
  from_notional: numberBetween(0, HIGHEST_CASH, "A value of 0 or more."),
  bps: basisPoints,
});
export const MOST_TIERS = 10;
export const FEWEST_SYMBOLS = 2;
export const MOST_SYMBOLS = 50;
const MOST_WINDOW_BARS = 5_000;

/** What the form of a run holds; texts, as they are typed. `through` is the last day, itself included. */
export const runSettingsSchema = z
  .object({
    symbol: z.string(),
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
    commission_per_unit: numberBetween(0, HIGHEST_CASH, "A commission is 0 or more."),
    commission_minimum: numberBetween(0, HIGHEST_CASH, "A least commission is 0 or more."),
    commission_tiers: z.array(tier).max(MOST_TIERS),
    slippage_model: z.enum(["fixed", "volume_share"]),
    /** In percent of the bar's volume. */
    volume_limit: numberBetween(0, 100, "A share goes from more than 0 to 100%.", true),
    price_impact: numberBetween(0, 10, "An impact goes from 0 to 10."),
    /** Percent a year. */
    borrow_rate: yearlyRate,
    overnight_rate: yearlyRate,
    /** Empty: bars are not looked into. */
    detail_interval: z.union([z.literal(""), z.enum(INTERVALS)]),
    whole_units: z.boolean(),
    close_at_end: z.boolean(),
    adjust: z.enum(["splits", "none"]),
    is_basket: z.boolean(),
    symbols: z.array(z.string()),
    /** Empty: a slot for each instrument. */
    slots: z.union([z.literal(""), numberBetween(1, MOST_SYMBOLS, "A basket has 1 to 50 slots.")]),
    weights: z.enum(["equal", "volatility"]),
    volatility_window: numberBetween(2, MOST_WINDOW_BARS, "A window has 2 to 5,000 bars."),
    rebalance: z.enum(["none", "week", "month", "quarter"]),
  })
  .refine(({ start, through }) => !start || !through || start <= through, {
    path: ["through"],
    message: "The last day lies before the first one.",
  })
  .refine(({ is_basket, symbol }) => is_basket || symbol !== "", {
    path: ["symbol"],
    message: "Choose an instrument.",
  })
  .refine(
    ({ is_basket, symbols }) =>
      !is_basket || (symbols.length >= FEWEST_SYMBOLS && symbols.length <= MOST_SYMBOLS),
    { path: ["symbols"], message: "A basket has 2 to 50 instruments." },
  )
  .refine(({ is_basket, symbols, slots }) => !is_basket || !slots || readNumber(slots) <= symbols.length, {
    path: ["slots"],
    message: "A slot more than there are instruments would stay empty.",
  })
  .refine(
    ({ detail_interval, interval }) =>
      !detail_interval || intervalSeconds(detail_interval) < intervalSeconds(interval),
    { path: ["detail_interval"], message: "Choose an interval finer than the run's." },
  )
  .refine(
    ({ commission_tiers: tiers }) =>
      tiers.every(
        (row, i) => i === 0 || readNumber(row.from_notional) > readNumber(tiers[i - 1]!.from_notional),
      ),
    { path: ["commission_tiers"], message: "Each tier begins above the one before." },
  );

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
  commission_per_unit: "0",
  commission_minimum: "0",
  commission_tiers: [],
  slippage_model: "fixed",
  volume_limit: "2.5",
  price_impact: "0.1",
  borrow_rate: "0",
  overnight_rate: "0",
  detail_interval: "",
  whole_units: false,
  close_at_end: true,
  adjust: "splits",
  is_basket: false,
  symbols: [],
  slots: "",
  weights: "equal",
  volatility_window: "20",
  rebalance: "none",
};

function shiftDay(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Decimal text of a typed number, as money travels. */
function decimal(text: string): string {
  return String(readNumber(text));
}

/** A typed percentage as the fraction that travels; rounded where only the division left digits. */
function fraction(percent: string): number {
  return Number((readNumber(percent) / 100).toFixed(10));
}

function percentText(value: number): string {
  return String(Number((value * 100).toFixed(8)));
}

function slotsOf({ slots, symbols }: RunSettings): number {
  return slots ? readNumber(slots) : symbols.length;
}

/** What a run is made on: one instrument, or a basket. */
function toMarket(settings: RunSettings): Pick<BacktestCreate, "symbol" | "symbols" | "basket"> {
  if (!settings.is_basket) return { symbol: settings.symbol };
  return {
    symbols: settings.symbols,
    basket: {
      slots: slotsOf(settings),
      weights: settings.weights,
      volatility_window: readNumber(settings.volatility_window),
      rebalance: settings.rebalance,
    },
  };
}

/** The request's side of the settings: its `end` is the first day that no longer counts. */
export function toRequest(
  settings: RunSettings,
): Omit<BacktestCreate, "source" | "strategy_id" | "version" | "parameters"> {
  return {
    ...toMarket(settings),
    interval: settings.interval,
    start: settings.start || null,
    end: settings.through ? shiftDay(settings.through, 1) : null,
    initial_cash: decimal(settings.initial_cash),
    commission_bps: readNumber(settings.commission_bps),
    slippage_bps: readNumber(settings.slippage_bps),
    commission_fixed: decimal(settings.commission_fixed),
    commission_per_unit: decimal(settings.commission_per_unit),
    commission_minimum: decimal(settings.commission_minimum),
    commission_tiers: settings.commission_tiers.map((row) => ({
      from_notional: decimal(row.from_notional),
      bps: readNumber(row.bps),
    })),
    slippage_model: settings.slippage_model,
    volume_limit: fraction(settings.volume_limit),
    price_impact: readNumber(settings.price_impact),
    borrow_rate: fraction(settings.borrow_rate),
    overnight_rate: fraction(settings.overnight_rate),
    detail_interval: settings.detail_interval || null,
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
  const { basket } = run;
  return {
    ...DEFAULT_RUN_SETTINGS,
    symbol: basket ? "" : run.symbol,
    interval: run.interval,
    start: run.start?.slice(0, 10) ?? "",
    through: run.end ? new Date(Date.parse(run.end) - 1).toISOString().slice(0, 10) : "",
    initial_cash: trimDecimals(run.initial_cash),
    commission_bps: String(run.commission_bps),
    slippage_bps: String(run.slippage_bps),
    commission_fixed: trimDecimals(run.commission_fixed),
    commission_per_unit: trimDecimals(run.commission_per_unit),
    commission_minimum: trimDecimals(run.commission_minimum),
    commission_tiers: run.commission_tiers.map((row) => ({
      from_notional: trimDecimals(row.from_notional),
      bps: String(row.bps),
    })),
    slippage_model: run.slippage_model,
    volume_limit: percentText(run.volume_limit),
    price_impact: String(run.price_impact),
    borrow_rate: percentText(run.borrow_rate),
    overnight_rate: percentText(run.overnight_rate),
    detail_interval: run.detail_interval ?? "",
    whole_units: run.whole_units,
    close_at_end: run.close_at_end,
    adjust: run.adjust,
    ...(basket && {
      is_basket: true,
      symbols: run.symbols ?? [],
      slots: String(basket.slots),
      weights: basket.weights,
      volatility_window: String(basket.volatility_window),
      rebalance: basket.rebalance,
    }),
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
      : `“${subject.name}”${subject.version === null ? "" : ` version ${subject.version}`}`
    : "the unsaved rule";
  const from = settings.start || market.firstDay;
  const through = settings.through || market.lastDay;
  const span = from && through ? `, ${from} through ${through}` : "";
  const adjust =
    settings.adjust === "splits" ? "adjusted for splits" : "prices as traded, splits not adjusted";
  const where = settings.is_basket
    ? settings.symbols.length >= FEWEST_SYMBOLS
      ? `a basket of ${formatCount(settings.symbols.length)} instruments (${settings.symbols.join(", ")}),`
      : null
    : settings.symbol || null;
  const first = where
    ? `Runs ${rule} on ${where} ${longInterval(settings.interval)} bars${span}, ${adjust}.`
    : `Runs ${rule}, once ${settings.is_basket ? "the basket is filled" : "an instrument is chosen"}.`;

  const values = Object.entries(subject.parameters).map(
    ([name, value]) => `${name} ${formatNumber(value, { digits: decimalsOf(value) })}`,
  );
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
    `Starts with ${cash}; each fill costs ${joinWords(costWords(settings, market.currency))}.`,
    ...holdingWords(settings),
    ...(values.length > 0 ? [`With ${values.join(", ")}.`] : []),
    `${settings.whole_units ? "Whole units only" : "Fractions of a unit are bought"}; a position open at the end is ${settings.close_at_end ? "closed at the last close" : "left open and marked there"}.`,
    ...(warmUp ? [warmUp] : []),
    ...(isIntraday(settings.interval) && (settings.start || settings.through)
      ? ["Days begin and end at midnight UTC."]
      : []),
  ];
}

/** What a fill costs, part by part. */
export function costWords(settings: RunSettings, currency: string | null): string[] {
  const above = (text: string) => readNumber(text) > 0;
  const money = (text: string) =>
    formatMoney(readNumber(text), currency, { digits: Math.max(2, decimalsOf(readNumber(text))) });
  const commission =
    settings.commission_tiers.length > 0
      ? `a commission in ${formatPlural(settings.commission_tiers.length, "tier")}`
      : `${formatNumber(readNumber(settings.commission_bps))} bps commission`;
  const slippage = `${formatNumber(readNumber(settings.slippage_bps))} bps slippage`;
  return [
    commission,
    ...(above(settings.commission_fixed) ? [`${money(settings.commission_fixed)} fixed`] : []),
    ...(above(settings.commission_per_unit) ? [`${money(settings.commission_per_unit)} a unit`] : []),
    ...(above(settings.commission_minimum) ? [`at least ${money(settings.commission_minimum)}`] : []),
    settings.slippage_model === "volume_share" ? `${slippage} with an impact by volume` : slippage,
  ];
}

/** What holding costs, and what decides within a bar: a sentence each, where there is something to say. */
function holdingWords(settings: RunSettings): string[] {
  const rates = [
    ...(readNumber(settings.borrow_rate) > 0 ? [`shorts ${settings.borrow_rate}%`] : []),
    ...(readNumber(settings.overnight_rate) > 0 ? [`every position ${settings.overnight_rate}%`] : []),
  ];
  return [
    ...(rates.length > 0 ? [`Held overnight, ${joinWords(rates)} a year.`] : []),
    ...(settings.detail_interval
      ? [`What happens within a bar is decided on ${longInterval(settings.detail_interval)} bars.`]
      : []),
    ...(settings.is_basket
      ? [
          `At most ${formatPlural(slotsOf(settings), "position")} at once, ${settings.weights === "equal" ? "of equal size" : "the calmer the larger"}; who gets a free slot is the rule's rank.`,
        ]
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
