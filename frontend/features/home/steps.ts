import { chartHref } from "@/features/market/labels";
import type { Instrument, RunSummary, Strategy } from "@/lib/api/contract";

/** How many of each room the overview asks for. */
export const FIRST_PAGE = 6;

export interface Step {
  title: string;
  note: string;
  href: string;
  isDone: boolean;
}

/** "1 rule is here", "6 or more rules are here": only a first page is known. */
function isHere({ length }: readonly unknown[], what: string): string {
  if (length === 1) return `1 ${what} is here`;
  return `${length >= FIRST_PAGE ? `${FIRST_PAGE} or more` : length} ${what}s are here`;
}

/** The way from data to a believed answer, each step with where it stands. */
export function planSteps(instruments: Instrument[], strategies: Strategy[], runs: RunSummary[]): Step[] {
  const withBars = instruments.find((instrument) => instrument.last_bar_at) ?? instruments[0];
  const report = runs.find((run) => run.status === "succeeded");
  return [
    {
      title: "Bring market data",
      note: withBars ? isHere(instruments, "instrument") : "Import a CSV with daily or intraday bars",
      href: withBars ? "/markets" : "/markets/import",
      isDone: Boolean(withBars),
    },
    {
      title: "Write an idea as a rule",
      note: strategies.length > 0 ? isHere(strategies, "rule") : "A few lines say when to be in and when out",
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
