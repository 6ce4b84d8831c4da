import type { MetricsRead } from "@/lib/api/generated";
import { formatCount, formatMoney, formatNumber, formatPercent, NO_FIGURE } from "@/lib/format";

export type MetricName = keyof MetricsRead;
export type MetricFormat = "money" | "gain" | "percent" | "loss" | "ratio" | "count" | "bars";

export type MetricText = {
  name: MetricName;
  label: string;
  /** In plain words: what it says, and which way is good. */
  hint: string;
  format: MetricFormat;
};

export type MetricGroup = { title: string; metrics: MetricText[] };

/** Every figure of a run, in the order of the report: the one table of their texts. */
export const METRIC_GROUPS: readonly MetricGroup[] = [
  {
    title: "Result",
    metrics: [
      {
        name: "final_equity",
        label: "Final equity",
        format: "money",
        hint: "What the account was worth at the last close.",
      },
      {
        name: "total_return",
        label: "Total return",
        format: "gain",
        hint: "How much the account grew or shrank over the whole run.",
      },
      {
        name: "cagr",
        label: "Growth a year",
        format: "gain",
        hint: "The same growth spread evenly over the years (CAGR): what a savings account would have had to pay to end up equal.",
      },
      {
        name: "exposure",
        label: "Time in market",
        format: "percent",
        hint: "Share of the bars on which a position was held. Less time in the market for the same return is less time at risk.",
      },
    ],
  },
  {
    title: "Risk",
    metrics: [
      {
        name: "max_drawdown",
        label: "Deepest drawdown",
        format: "loss",
        hint: "The worst fall from a peak of the account to a later low. Ask yourself whether you would have held on.",
      },
      {
        name: "max_drawdown_bars",
        label: "Longest drawdown",
        format: "bars",
        hint: "How long the account stayed below a former peak, at the longest.",
      },
      {
        name: "volatility",
        label: "Volatility a year",
        format: "percent",
        hint: "How widely the returns swing, scaled to a year. Lower is calmer.",
      },
      {
        name: "var_95",
        label: "Bad bar (VaR 95)",
        format: "loss",
        hint: "One bar in twenty lost more than this.",
      },
    ],
  },
  {
    title: "Return for the risk",
    metrics: [
      {
        name: "sharpe",
        label: "Sharpe",
        format: "ratio",
        hint: "Return for each unit of swing, a year. Below 0 it lost, around 0.5 is what shares have paid, above 1 is good, above 3 is rarely real.",
      },
      {
        name: "sortino",
        label: "Sortino",
        format: "ratio",
        hint: "Like Sharpe, but only falls count as risk.",
      },
      {
        name: "calmar",
        label: "Calmar",
        format: "ratio",
        hint: "Growth a year divided by the deepest drawdown. Above 1: a year's growth makes up for the worst fall.",
      },
      {
        name: "omega",
        label: "Omega",
        format: "ratio",
        hint: "All gains of the bars divided by all losses. Above 1 gains weigh more.",
      },
    ],
  },
  {
    title: "Trades",
    metrics: [
      {
        name: "trades",
        label: "Trades",
        format: "count",
        hint: "How many positions were opened. Under 30 hardly anything can be concluded.",
      },
      {
        name: "win_rate",
        label: "Won",
        format: "percent",
        hint: "Share of the closed trades with a profit. Means little without the size of wins and losses.",
      },
      {
        name: "profit_factor",
        label: "Profit factor",
        format: "ratio",
        hint: "Sum of the profits divided by the sum of the losses. Above 1 it earned.",
      },
      {
        name: "expectancy",
        label: "Average trade",
        format: "money",
        hint: "What a closed trade made or lost on average, after commission.",
      },
      {
        name: "avg_win",
        label: "Average win",
        format: "money",
        hint: "What a winning trade made on average.",
      },
      {
        name: "avg_loss",
        label: "Average loss",
        format: "money",
        hint: "What a losing trade lost on average.",
      },
      {
        name: "best",
        label: "Best trade",
        format: "money",
        hint: "The largest profit of one trade. If it is most of the whole, the result hangs on one event.",
      },
      { name: "worst", label: "Worst trade", format: "money", hint: "The largest loss of one trade." },
      {
        name: "sqn",
        label: "System quality (SQN)",
        format: "ratio",
        hint: "How steady the trades' profits are, given how many there are. Above 2 is good.",
      },
      {
        name: "avg_bars",
        label: "Average length",
        format: "bars",
        hint: "How long a closed trade was held.",
      },
    ],
  },
  {
    title: "Costs",
    metrics: [
      {
        name: "total_commission",
        label: "Commission",
        format: "money",
        hint: "What the broker took over all fills.",
      },
      {
        name: "total_slippage",
        label: "Slippage",
        format: "money",
        hint: "What worse fill prices cost over all fills.",
      },
      {
        name: "turnover",
        label: "Turnover",
        format: "ratio",
        hint: "Money moved by all fills, in multiples of the account. The higher it is, the more the assumed costs matter.",
      },
    ],
  },
];

export const METRIC_TEXTS: ReadonlyMap<MetricName, MetricText> = new Map(
  METRIC_GROUPS.flatMap((group) => group.metrics).map((text) => [text.name, text]),
);

/** Money without cents from a hundred thousand on: the cents say nothing there. */
function moneyDigits(value: number): number {
  return Math.abs(value) >= 100_000 ? 0 : 2;
}

/** A figure as the report prints it: signed where it is a gain or a loss, with its unit. */
export function formatMetric(
  format: MetricFormat,
  value: number | null | undefined,
  currency: string | null,
): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_FIGURE;
  switch (format) {
    case "money":
      return formatMoney(value, currency, { digits: moneyDigits(value) });
    case "gain":
      return formatPercent(value, { signed: true });
    case "percent":
      return formatPercent(value);
    case "loss":
      return formatPercent(value, { signed: true });
    case "ratio":
      return formatNumber(value, { digits: 2 });
    case "count":
      return formatCount(value);
    case "bars":
      return `${formatNumber(value, { digits: Number.isInteger(value) ? 0 : 1 })} ${value === 1 ? "bar" : "bars"}`;
  }
}

/** Above and below zero differ in colour only where the sign says gain or loss. */
export function isTinted(text: MetricText): boolean {
  return (
    text.format === "gain" || text.name === "expectancy" || text.name === "best" || text.name === "worst"
  );
}
