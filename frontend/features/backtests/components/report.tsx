"use client";

import { useState, type ReactNode } from "react";

import { Loaded, type Loadable } from "@/components/common/loaded";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { EquityChart } from "@/features/backtests/components/equity-chart";
import { MetricsGrid } from "@/features/backtests/components/metrics-grid";
import { SectionNav } from "@/features/backtests/components/section-nav";
import { ReturnsSection, RiskSection, TradingSection } from "@/features/backtests/components/tear-sheet";
import { VerdictPanel } from "@/features/backtests/components/verdict-panel";
import type { Trade } from "@/features/backtests/trades";
import type { EquityRead, MetricsRead, TearSheetRead, VerdictRead } from "@/lib/api/generated";

import "@/features/backtests/print.css";

const SECTIONS = [
  { id: "verdict", label: "Verdict" },
  { id: "equity", label: "Equity" },
  { id: "figures", label: "Figures" },
  { id: "returns", label: "Returns" },
  { id: "risk", label: "Risk" },
  { id: "trading", label: "Trading" },
  { id: "trades", label: "Trades" },
  { id: "terms", label: "Terms" },
] as const;

/** Below the bar that stays in view. */
const SECTION = "scroll-mt-24 md:scroll-mt-14";

function EquityCard({
  equity,
  timeZone,
  currency,
}: {
  equity: Loadable<EquityRead>;
  timeZone: string | null;
  currency: string | null;
}) {
  const [scale, setScale] = useState<"linear" | "log">("linear");
  return (
    <Card className="break-inside-avoid">
      <CardHeader className="flex-wrap">
        <CardTitle>Equity against buy and hold, and drawdown</CardTitle>
        <ToggleGroup
          type="single"
          aria-label="Equity scale"
          value={scale}
          onValueChange={(next) => next && setScale(next as typeof scale)}
          className="print:hidden"
        >
          <ToggleGroupItem value="linear">Linear</ToggleGroupItem>
          <ToggleGroupItem value="log">Log</ToggleGroupItem>
        </ToggleGroup>
      </CardHeader>
      <CardContent className="px-2">
        <Loaded query={equity} failure="The equity could not be loaded" className="h-88">
          {(curve) => (
            <EquityChart
              curve={curve}
              timeZone={timeZone}
              currency={currency}
              scale={scale}
              className="h-88"
            />
          )}
        </Loaded>
      </CardContent>
    </Card>
  );
}

/**
 * A report, the verdict first: then the equity, the figures, the tear sheet, the trades and the terms. `chart` and
 * `tradeTable` are the parts that differ where nobody is signed in.
 */
export function Report({
  verdict,
  metrics,
  benchmark,
  equity,
  tearSheet,
  trades,
  currency,
  timeZone,
  chart,
  tradeTable,
  terms,
}: {
  verdict: VerdictRead;
  metrics: MetricsRead;
  benchmark: MetricsRead | null;
  equity: Loadable<EquityRead>;
  tearSheet: Loadable<TearSheetRead>;
  trades: Loadable<Trade[]>;
  currency: string | null;
  timeZone: string | null;
  chart?: ReactNode;
  tradeTable: ReactNode;
  terms: ReactNode;
}) {
  return (
    <>
      <SectionNav sections={SECTIONS} />
      <div className="grid grid-cols-1 gap-4 pt-4">
        <div id="verdict" className={SECTION}>
          <VerdictPanel verdict={verdict} metrics={metrics} benchmark={benchmark} currency={currency} />
        </div>
        <div id="equity" className={SECTION}>
          <EquityCard equity={equity} timeZone={timeZone} currency={currency} />
        </div>
        <Card id="figures" className={SECTION}>
          <CardHeader>
            <CardTitle>Figures</CardTitle>
          </CardHeader>
          <MetricsGrid metrics={metrics} benchmark={benchmark} currency={currency} />
        </Card>
        <div id="returns" className={SECTION}>
          <Loaded query={tearSheet} failure="The tear sheet could not be loaded" className="h-96">
            {(sheet) => <ReturnsSection sheet={sheet} />}
          </Loaded>
        </div>
        <div id="risk" className={SECTION}>
          {tearSheet.data && <RiskSection sheet={tearSheet.data} />}
        </div>
        <div id="trading" className={SECTION}>
          {tearSheet.data && (
            <TradingSection sheet={tearSheet.data} trades={trades.data ?? NO_TRADES} currency={currency} />
          )}
        </div>
        <div id="trades" className={`${SECTION} grid grid-cols-1 gap-4`}>
          {chart}
          {tradeTable}
        </div>
        <div id="terms" className={SECTION}>
          {terms}
        </div>
      </div>
    </>
  );
}

const NO_TRADES: Trade[] = [];
