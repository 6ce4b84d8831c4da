import type { MetricText } from "@/features/backtests/metric-texts";
import { ruleName } from "@/features/backtests/rule-name";
import type { ComparedRun } from "@/lib/api/generated";
import { isId } from "@/lib/ids";

export const FEWEST_COMPARED = 2;
export const MOST_COMPARED = 5;

/** The runs that an address asks to compare: each once, at most five, what is no id left out. */
export function readIds(text: string | null): string[] {
  const ids = (text ?? "").split(",").map((id) => id.trim().toLowerCase());
  return [...new Set(ids.filter((id) => isId(id)))].slice(0, MOST_COMPARED);
}

export function comparePath(ids: readonly string[]): string {
  return `/backtests/compare?ids=${ids.join(",")}`;
}

/** What tells runs apart in a legend: a letter each, and what they ran. */
export function nameRuns(runs: readonly ComparedRun[]): string[] {
  return runs.map(
    (run, i) => `${String.fromCharCode(65 + i)}  ${ruleName({ strategy_name: run.name })} on ${run.symbol}`,
  );
}

/** Metrics of which less is better: every other figure is the better the higher it is. */
const LESS_IS_BETTER = new Set([
  "volatility",
  "max_drawdown_bars",
  "total_commission",
  "total_slippage",
  "turnover",
]);
/** Of these neither more nor less is better. */
const NEUTRAL = new Set(["exposure", "trades", "avg_bars"]);

/** Whether the runs began with different cash: then their amounts of money say nothing beside one another. */
export function differInCash(runs: readonly ComparedRun[]): boolean {
  const cash = runs.flatMap(({ metrics: { final_equity: end, total_return: grown } }) =>
    typeof end === "number" && typeof grown === "number" && grown > -1 ? [end / (1 + grown)] : [],
  );
  return Math.max(...cash) - Math.min(...cash) > 1e-6 * Math.max(...cash);
}

/** Figures that grow with the time a run covers. */
const GROWS_WITH_TIME = new Set(["total_return", "total_commission", "total_slippage"]);

const dayOf = (at: string | null) => at?.slice(0, 10) ?? null;

function differBy(runs: readonly ComparedRun[], read: (run: ComparedRun) => string | null): boolean {
  return new Set(runs.map(read)).size > 1;
}

/** Whether the runs were asked for different stretches of time. */
export function differInPeriod(runs: readonly ComparedRun[]): boolean {
  return differBy(runs, ({ start, end }) => `${dayOf(start)} ${dayOf(end)}`);
}

/** What besides the rule makes the runs' figures differ, as far as a comparison knows; null when nothing does. */
export function describeDifferences(runs: readonly ComparedRun[]): string | null {
  const parts = [
    ...(differBy(runs, (run) => run.symbol) ? ["instrument"] : []),
    ...(differBy(runs, (run) => run.interval) ? ["interval"] : []),
    ...(differInPeriod(runs) ? ["period"] : []),
    ...(differInCash(runs) ? ["initial cash"] : []),
  ];
  if (parts.length === 0) return null;
  const all = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `These runs also differ in ${all}: not every difference below is the rule's.`;
}

/** Places of the runs with the best figure; empty where all are the same or the figure says nothing of the kind. */
export function bestOf(text: MetricText, runs: readonly ComparedRun[]): ReadonlySet<number> {
  const values = runs.map((run) => run.metrics[text.name]);
  const known = values.filter((value): value is number => typeof value === "number");
  if (NEUTRAL.has(text.name) || known.length < 2 || new Set(known).size === 1) return new Set();
  if (text.format === "money" && differInCash(runs)) return new Set();
  if ((text.format === "money" || GROWS_WITH_TIME.has(text.name)) && differInPeriod(runs)) return new Set();
  const best = LESS_IS_BETTER.has(text.name) ? Math.min(...known) : Math.max(...known);
  return new Set(values.flatMap((value, i) => (value === best ? [i] : [])));
}

/** Names of the parameters that any of the runs has. */
export function parameterNames(runs: readonly ComparedRun[]): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(run.parameters)))];
}
