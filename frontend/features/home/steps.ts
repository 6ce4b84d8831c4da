import { chartHref } from "@/features/market/labels";
import type { Instrument, RunSummary, Strategy } from "@/lib/api/contract";

export interface Step {
  title: string;
  note: string;
  href: string;
  isDone: boolean;
}

function some(items: readonly unknown[], limit: number): string {
  return items.length >= limit ? `${limit} or more` : String(items.length);
}

/** The way from data to a believed answer, each step with where it stands. */
export function planSteps(instruments: Instrument[], strategies: Strategy[], runs: RunSummary[]): Step[] {
  const withBars = instruments.find((instrument) => instrument.last_bar_at) ?? instruments[0];
  const report = runs.find((run) => run.status === "succeeded");
  return [
    {
      title: "Bring market data",
      note: withBars
        ? `${some(instruments, 6)} instruments are here`
        : "Import a CSV with daily or intraday bars",
      href: withBars ? "/markets" : "/markets/import",
      isDone: Boolean(withBars),
    },
    {
      title: "Write an idea as a rule",
      note:
        strategies.length > 0
          ? `${some(strategies, 6)} rules are here`
          : "A few lines say when to be in and when out",
      href: "/strategies",
      isDone: strategies.length > 0,
    },
    {
      title: "Test it on past bars",
      note: report ? "A run is finished" : "Costs and slippage included",
      href: report ? "/backtests" : "/backtests/new",
      isDone: Boolean(report),
    },
    {
      title: "Read the verdict before the profit",
      note: report ? `The report on ${report.symbol} is ready` : "It says whether the answer can be believed",
      href: report ? `/backtests/${report.id}` : "/backtests",
      isDone: false,
    },
    {
      title: "Look at the chart",
      note: "Candles, volume and indicators",
      href: withBars ? chartHref(withBars.symbol) : "/chart",
      isDone: false,
    },
  ];
}
