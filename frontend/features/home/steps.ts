import { chartHref } from "@/features/market/labels";
import type { Instrument } from "@/lib/api/contract";
import type { RunSummary, StrategyRead } from "@/lib/api/generated";
import { formatPlural } from "@/lib/format";
import type { Visits } from "@/lib/visits";

export interface Step {
  title: string;
  note: string;
  href: string;
  isDone: boolean;
}

/** The way from data to a believed answer, each step with where it stands. */
export function planSteps(
  instruments: Instrument[],
  strategies: StrategyRead[],
  runs: RunSummary[],
  visits: Visits = { report: false, chart: false },
): Step[] {
  const withBars = instruments.find((instrument) => instrument.last_bar_at) ?? instruments[0];
  const report = runs.find((run) => run.status === "succeeded");
  return [
    {
      title: "Bring market data",
      note: withBars
        ? `${formatPlural(instruments.length, "instrument")} to chart and test`
        : "Add a symbol, or import a CSV with your own bars",
      href: withBars ? "/markets" : "/markets/add",
      isDone: Boolean(withBars),
    },
    {
      title: "Write an idea as a rule",
      note:
        strategies.length > 0
          ? `${formatPlural(strategies.length, "rule")} to open and change`
          : "A few lines say when to be in and when out",
      href: "/strategies",
      isDone: strategies.length > 0,
    },
    {
      title: "Test it on past bars",
      note: report ? "A run is finished" : "Costs and slippage included",
      href: report ? "/backtests" : "/strategies",
      isDone: Boolean(report),
    },
    {
      title: "Read the verdict before the profit",
      note: report ? `The report on ${report.symbol} is ready` : "It says whether the answer can be believed",
      href: report ? `/backtests/${report.id}` : "/backtests",
      isDone: Boolean(report) && visits.report,
    },
    {
      title: "Look at the chart",
      note: "Candles, volume and indicators",
      href: withBars ? chartHref(withBars.symbol) : "/chart",
      isDone: Boolean(withBars) && visits.chart,
    },
  ];
}
