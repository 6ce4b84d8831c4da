import { formatMetric, METRIC_TEXTS, type MetricName } from "@/features/backtests/metric-texts";
import type { Axis, Overfitting, Plateau, BestSet, SearchMethod } from "@/features/research/contract";
import { describeSet } from "@/features/research/ranges";
import { formatCount, formatNumber, formatPercent, formatPlural } from "@/lib/format";

export const METHOD_WORDS: Record<SearchMethod, { label: string; hint: string }> = {
  grid: { label: "Grid", hint: "Every combination. Shows plateaus best." },
  random: { label: "Random", hint: "So many sets drawn evenly: for spaces too large to try all." },
  tpe: {
    label: "TPE",
    hint: "Each draw learns from those before it. Finds peaks fast, and fits noise fast too.",
  },
};

/** What a search may look for: more of it is always better (drawdowns are 0 or less). */
export const OBJECTIVES: readonly MetricName[] = [
  "sharpe",
  "sortino",
  "calmar",
  "total_return",
  "cagr",
  "omega",
  "profit_factor",
  "sqn",
  "expectancy",
  "max_drawdown",
];

/** The figures that the pictures and the table of a search can show beside its objective. */
export const SHOWN_METRICS: readonly MetricName[] = [
  "sharpe",
  "total_return",
  "cagr",
  "max_drawdown",
  "calmar",
  "sortino",
  "profit_factor",
  "win_rate",
  "trades",
  "exposure",
];

export function metricLabel(name: string): string {
  return METRIC_TEXTS.get(name as MetricName)?.label ?? name.replaceAll("_", " ");
}

/** A figure of a set as the report prints it, without a currency. */
export function printMetric(name: string, value: number | null | undefined): string {
  return formatMetric(METRIC_TEXTS.get(name as MetricName)?.format ?? "ratio", value, null);
}

/** Which figures a search of this objective asks the server for. */
export function wantedMetrics(objective: string): string[] {
  return [...new Set([objective, ...SHOWN_METRICS])];
}

export type Tone = "good" | "careful" | "bad";

/** The probability of overfitting in a plain sentence, with what to make of it. */
export function explainOverfitting({ pbo, sets_used: sets }: Overfitting): {
  tone: Tone;
  headline: string;
  sentence: string;
} | null {
  if (!Number.isFinite(pbo)) return null;
  const share = formatPercent(pbo, { digits: 0 });
  const how = `The history was cut into halves in many ways. In ${share} of them the best of ${formatPlural(sets, "set")} on one half came out below the middle on the other.`;
  if (pbo < 0.2)
    return {
      tone: "good",
      headline: "The best set tends to stay good",
      sentence: `${how} Choosing the winner told something about later bars.`,
    };
  if (pbo < 0.5)
    return {
      tone: "careful",
      headline: "Part of the best result is selection",
      sentence: `${how} Expect less than the best figure says, and prefer the plateau.`,
    };
  return {
    tone: "bad",
    headline: "The search mostly picked noise",
    sentence: `${how} Choosing the winner was no better than drawing one: do not trust the best figure.`,
  };
}

/** Why the plateau is put before the peak. */
export function explainPlateau(best: BestSet | null, plateau: Plateau, objective: string): string {
  const label = metricLabel(objective);
  const around = `${formatPlural(plateau.neighbours, "neighbour")} around it ${plateau.neighbours === 1 ? "has" : "have"} a median ${label} of ${printMetric(objective, plateau.median_objective)}`;
  if (best && describeSet(best.parameters) === describeSet(plateau.parameters))
    return `The best set is also the middle of the best plateau: the ${around}, so a small change does little harm.`;
  return `Prefer the plateau: the ${around}, so it does not hang on one exact number. The single best set may be a peak that the next years will not repeat.`;
}

/** Which parameters of the plateau lie where their range ends: what comes after was never tried. */
export function warnOfEdge({ parameters, ranges }: Plateau, axes: readonly Axis[]): string | null {
  const names = axes
    .filter(({ name, min, max }) => {
      const value = parameters[name];
      if (value === undefined || min === max) return false;
      const isOn = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * (max - min);
      const [low, high] = ranges[name] ?? [value, value];
      // A stretch over the whole of a short range says nothing of its ends.
      return isOn(value, min) || isOn(value, max) || isOn(low, min) !== isOn(high, max);
    })
    .map(({ name }) => name);
  if (names.length === 0) return null;
  if (names.length === 1)
    return `${names[0]} lies at the edge of its range: sweep further out before you believe it.`;
  const all = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${all} lie at the edges of their ranges: sweep further out before you believe them.`;
}

/** What the share of the training result that was left out of sample says. */
export function explainEfficiency(
  efficiency: number | null,
): { tone: Tone; headline: string; sentence: string } | null {
  if (efficiency === null || !Number.isFinite(efficiency)) return null;
  const kept = formatPercent(efficiency, { digits: 0 });
  if (efficiency >= 0.5)
    return {
      tone: "good",
      headline: `${kept} of the trained result held up`,
      sentence:
        "On bars that no choice had seen, the rule made at least half of what it made where its parameters were chosen.",
    };
  if (efficiency > 0)
    return {
      tone: "careful",
      headline: `Only ${kept} of the trained result held up`,
      sentence:
        "Most of what the training windows showed was fitted to them. Count on the out-of-sample curve, not on the trained one.",
    };
  return {
    tone: "bad",
    headline: "Nothing of the trained result held up",
    sentence:
      "On bars that no choice had seen, the chosen parameters lost or made nothing: choosing them told nothing about later bars.",
  };
}

/** "At least 30 trades, not deeper than −30%" */
export function describeLimits(limits: {
  min_trades?: number | null;
  max_drawdown?: number | null;
}): string | null {
  const parts = [
    ...(limits.min_trades ? [`at least ${formatPlural(limits.min_trades, "trade")}`] : []),
    ...(limits.max_drawdown
      ? [`drawdown not deeper than ${formatNumber(-limits.max_drawdown * 100, { digits: 0 })}%`]
      : []),
  ];
  return parts.length ? parts.join(", ") : null;
}

/** What to do with a search that is larger than the machine bears. */
export function adviseOnSize(sets: number, limit: number): string {
  return `${formatCount(sets)} sets are more than one search may hold (${formatCount(limit)}). Widen the steps, vary fewer parameters, or draw a number of sets at random.`;
}
