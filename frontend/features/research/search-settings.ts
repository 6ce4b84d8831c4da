import type { MetricName } from "@/features/backtests/metric-texts";
import { readNumber } from "@/features/backtests/run-settings";
import { isIntraday, type Interval } from "@/features/chart/intervals";
import type { Axis, Limits, SearchMethod } from "@/features/research/contract";
import {
  countOf,
  countSets,
  findRangeProblem,
  firstRanges,
  MOST_SETS,
  toRangeRequest,
  type Ranges,
} from "@/features/research/ranges";
import { adviseOnSize } from "@/features/research/texts";
import type { ParameterRead } from "@/lib/api/generated";

export type SearchKind = "sweep" | "walk-forward";

/** What the form of a search holds beside market and costs; texts, as they are typed. */
export type SearchSettings = {
  method: SearchMethod;
  ranges: Ranges;
  sets: string;
  seed: string;
  objective: MetricName;
  minTrades: string;
  /** In percent, as it is spoken of: 30 for "not deeper than −30 %". Empty: no limit. */
  maxDrawdown: string;
  trainBars: string;
  testBars: string;
  isAnchored: boolean;
};

/** TPE looks at every earlier set for each new one. */
export const MOST_TPE_SETS = 5_000;
const MOST_SEED = 2 ** 32 - 1;

const WINDOWS: Partial<Record<Interval, [number, number]>> = {
  "1day": [756, 252],
  "1week": [156, 52],
  "1month": [60, 12],
};

/** Training and test bars to begin with: three years and one, where the interval has years. */
export function firstWindows(interval: Interval): { trainBars: string; testBars: string } {
  const [train, test] = WINDOWS[interval] ?? (isIntraday(interval) ? [2_000, 500] : [756, 252]);
  return { trainBars: String(train), testBars: String(test) };
}

export function firstSearch(parameters: readonly ParameterRead[], interval: Interval): SearchSettings {
  return {
    method: "grid",
    ranges: firstRanges(parameters),
    sets: "500",
    seed: "1",
    objective: "sharpe",
    minTrades: "10",
    maxDrawdown: "",
    ...firstWindows(interval),
    isAnchored: false,
  };
}

/** The ranges of a search that was run, to search again. */
export function rangesOfAxes(
  parameters: readonly ParameterRead[],
  axes: readonly Axis[],
  fixed: Readonly<Record<string, number>>,
): Ranges {
  const first = firstRanges(parameters, fixed);
  return Object.fromEntries(
    parameters.map(({ name }) => {
      const axis = axes.find((one) => one.name === name);
      const start = first[name]!;
      if (!axis) return [name, { ...start, isVaried: false }];
      const step =
        axis.count > 1 ? Number(((axis.max - axis.min) / (axis.count - 1)).toFixed(8)) : Number(start.step);
      return [
        name,
        { ...start, isVaried: true, min: String(axis.min), max: String(axis.max), step: String(step) },
      ];
    }),
  );
}

export type SearchField = "ranges" | "sets" | "seed" | "minTrades" | "maxDrawdown" | "trainBars" | "testBars";
export type SearchProblems = Partial<Record<SearchField, string>>;

const isWhole = (text: string, least: number, most: number) => {
  const value = readNumber(text);
  return Number.isInteger(value) && value >= least && value <= most;
};

/** What is wrong with the settings, field by field; empty when the search can be asked for. */
export function findSearchProblems(
  kind: SearchKind,
  parameters: readonly ParameterRead[],
  search: SearchSettings,
): SearchProblems {
  const problems: SearchProblems = {};
  const varied = parameters.filter(({ name }) => search.ranges[name]?.isVaried);
  const isBroken = parameters.some(
    (parameter) =>
      search.ranges[parameter.name] && findRangeProblem(parameter, search.ranges[parameter.name]!),
  );
  if (parameters.length === 0) problems.ranges = "This rule has no parameter to vary.";
  else if (varied.length === 0) problems.ranges = "Choose at least one parameter to vary.";
  else if (isBroken) problems.ranges = "Correct the marked ranges.";
  else {
    const sets = countSets(search.ranges, search.method, readNumber(search.sets));
    if (sets > MOST_SETS) problems.ranges = adviseOnSize(sets, MOST_SETS);
  }
  if (search.method !== "grid") {
    const most = search.method === "tpe" ? MOST_TPE_SETS : MOST_SETS;
    if (!isWhole(search.sets, 1, most))
      problems.sets = `A whole number from 1 to ${most.toLocaleString("en-US")}.`;
    if (!isWhole(search.seed, 0, MOST_SEED)) problems.seed = "A whole number, 0 or more.";
  }
  if (search.minTrades.trim() && !isWhole(search.minTrades, 0, 1_000_000))
    problems.minTrades = "A whole number, or empty.";
  if (search.maxDrawdown.trim()) {
    const percent = Math.abs(readNumber(search.maxDrawdown));
    if (!(percent > 0 && percent <= 100)) problems.maxDrawdown = "From 1 to 100 percent, or empty.";
  }
  if (kind === "walk-forward") {
    if (!isWhole(search.trainBars, 2, 10_000_000)) problems.trainBars = "A whole number of bars, 2 or more.";
    if (!isWhole(search.testBars, 2, 10_000_000)) problems.testBars = "A whole number of bars, 2 or more.";
  }
  return problems;
}

function toConstraints(search: SearchSettings): Limits {
  return {
    ...(search.minTrades.trim() && { min_trades: readNumber(search.minTrades) }),
    ...(search.maxDrawdown.trim() && { max_drawdown: Math.abs(readNumber(search.maxDrawdown)) / 100 }),
  };
}

/** The request's side of a search without its rule, market and costs. */
export function toSearchRequest(parameters: readonly ParameterRead[], search: SearchSettings) {
  return {
    ...toRangeRequest(parameters, search.ranges),
    method: search.method,
    ...(search.method !== "grid" && { sets: readNumber(search.sets), seed: readNumber(search.seed) }),
    objective: search.objective,
    constraints: toConstraints(search),
  };
}

/** The windows of a walk-forward's request. */
export function toWindowRequest(search: SearchSettings) {
  return {
    train_bars: readNumber(search.trainBars),
    test_bars: readNumber(search.testBars),
    anchored: search.isAnchored,
  };
}

/** How many windows so many bars give; the last one may be shorter. */
export function countWindows(bars: number, search: SearchSettings): number {
  const [train, test] = [readNumber(search.trainBars), readNumber(search.testBars)];
  if (!(train >= 2 && test >= 2) || bars - train < 2) return 0;
  return Math.floor((bars - train - 2) / test) + 1;
}

/** How many values the varied parameters have, for the form's own count before the server's. */
export function countTyped(search: SearchSettings): number {
  return Object.values(search.ranges).some((texts) => texts.isVaried && countOf(texts) === 0)
    ? 0
    : countSets(search.ranges, search.method, readNumber(search.sets));
}
