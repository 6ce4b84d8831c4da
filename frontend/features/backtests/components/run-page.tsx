"use client";

import { FileQuestion } from "lucide-react";
import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Loaded } from "@/components/common/loaded";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { useEquity, useRun, useTrades } from "@/features/backtests/api";
import { REPORT_ID } from "@/features/backtests/components/export-menu";
import { ManifestPanel } from "@/features/backtests/components/manifest-panel";
import { Report } from "@/features/backtests/components/report";
import { EditRuleButton, RunActions, RunAgainButton } from "@/features/backtests/components/run-actions";
import { RunEnded, RunProgress } from "@/features/backtests/components/run-states";
import { OpenChartButton, TradeChart } from "@/features/backtests/components/trade-chart";
import { TradeTable } from "@/features/backtests/components/trade-table";
import { useTearSheet } from "@/features/backtests/report-api";
import { ruleName } from "@/features/backtests/rule-name";
import { marketName } from "@/features/backtests/run-terms";
import type { Trade } from "@/features/backtests/trades";
import { useInstrument } from "@/features/chart/api";
import { isIntraday, longInterval } from "@/features/chart/intervals";
import type { RunRead } from "@/lib/api/generated";
import { formatAgo, formatDate, formatDateTime, formatPlural } from "@/lib/format";
import { isId } from "@/lib/ids";
import { keepVisit } from "@/lib/visits";

function titleOf(run: RunRead): string {
  return `${ruleName(run)} on ${marketName(run)}`;
}

function RunHeader({ run }: { run: RunRead }) {
  const data = run.manifest?.data;
  const span = data ? `${formatDate(data.first_time)} to ${formatDate(data.last_time)}` : null;
  const parts = [
    longInterval(run.interval),
    span,
    run.strategy_id && run.strategy_version ? `version ${run.strategy_version}` : null,
  ].filter(Boolean);
  const at = run.finished_at ?? run.created_at;
  return (
    <PageHeader
      title={titleOf(run)}
      description={
        <>
          {parts.join(" · ")} · <span title={`${formatDateTime(at)} UTC`}>{formatAgo(at)}</span>
        </>
      }
      actions={<RunActions run={run} />}
    />
  );
}

type FinishedRun = RunRead & {
  verdict: NonNullable<RunRead["verdict"]>;
  metrics: NonNullable<RunRead["metrics"]>;
  manifest: NonNullable<RunRead["manifest"]>;
};

function isFinished(run: RunRead): run is FinishedRun {
  return run.status === "succeeded" && run.verdict !== null && run.metrics !== null && run.manifest !== null;
}

function NoSuchRun() {
  return (
    <EmptyState
      icon={FileQuestion}
      title="There is no such run"
      heading="h1"
      action={
        <Button asChild variant="outline" size="sm">
          <Link href="/backtests">All backtests</Link>
        </Button>
      }
    >
      It may have been deleted, or it belongs to somebody else.
    </EmptyState>
  );
}

/** The page of a run: its progress, why there is no report, or the report. */
export function RunPage({ id }: { id: string }) {
  return isId(id) ? <KnownRunPage id={id} /> : <NoSuchRun />;
}

function KnownRunPage({ id }: { id: string }) {
  const query = useRun(id);
  const run = query.data;
  useEffect(() => {
    if (run) document.title = `${titleOf(run)} · Flowrex`;
  }, [run]);
  const hasReport = run?.status === "succeeded";
  useEffect(() => {
    if (hasReport) keepVisit("report");
  }, [hasReport]);

  if (!run) {
    if (!query.isError) return <RunSkeleton />;
    if (query.error.isNotFound) return <NoSuchRun />;
    return (
      <ErrorState
        title="The run could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <div id={REPORT_ID}>
      <RunHeader run={run} />
      {isFinished(run) ? (
        <RunReport run={run} />
      ) : run.status === "failed" || run.status === "cancelled" ? (
        <RunEnded
          run={run}
          actions={
            <>
              <EditRuleButton run={run} variant="default" />
              <RunAgainButton run={run} />
            </>
          }
        />
      ) : (
        <RunProgress run={run} />
      )}
    </div>
  );
}

function RunSkeleton() {
  return (
    <div className="grid gap-4" role="status" aria-label="Loading the report">
      <Skeleton className="h-7 w-64" />
      <Skeleton className="h-80" />
      <Skeleton className="h-96" />
    </div>
  );
}

function RunReport({ run }: { run: FinishedRun }) {
  const { data: instrument } = useInstrument(run.symbols?.[0] ?? run.symbol);
  const currency = instrument?.currency ?? null;
  const timeZone = isIntraday(run.interval) ? run.manifest.data.timezone : null;
  const trades = useTrades(run.id, true);
  const equity = useEquity(run.id, true);
  const tearSheet = useTearSheet(run.id);
  const [chosen, setChosen] = useState<Trade | null>(null);
  const [wanted, setWanted] = useState<string | null>(null);
  const chart = useRef<HTMLDivElement>(null);
  // Of a basket one instrument is shown at a time: that of the chosen trade, else the one asked for.
  const symbol = chosen?.symbol ?? wanted ?? run.symbols?.[0] ?? run.symbol;
  const shown = useMemo(
    () => (trades.data ?? NO_TRADES).filter((trade) => !run.symbols || trade.symbol === symbol),
    [trades.data, run.symbols, symbol],
  );

  function choose(trade: Trade) {
    setChosen((now) => (now?.number === trade.number ? null : trade));
    const box = chart.current?.getBoundingClientRect();
    if (box && (box.top < 0 || box.bottom > window.innerHeight))
      chart.current!.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  return (
    <Report
      verdict={run.verdict}
      metrics={run.metrics}
      benchmark={run.benchmark}
      equity={equity}
      tearSheet={tearSheet}
      trades={trades}
      currency={currency}
      timeZone={timeZone}
      chart={
        <Card ref={chart} className="scroll-mt-24 break-inside-avoid md:scroll-mt-14">
          <CardHeader className="flex-wrap">
            <CardTitle>
              Entries and exits
              {chosen && (
                <span className="ml-2 font-normal text-muted-foreground">trade {chosen.number}</span>
              )}
            </CardTitle>
            <div className="flex items-center gap-1 print:hidden">
              {chosen && (
                <Button variant="ghost" size="sm" onClick={() => setChosen(null)}>
                  Show all {formatPlural(shown.length, "trade")}
                </Button>
              )}
              {run.symbols && (
                <Select
                  value={symbol}
                  onValueChange={(next) => {
                    setChosen(null);
                    setWanted(next);
                  }}
                >
                  <SelectTrigger size="sm" className="w-28" aria-label="Instrument of the basket">
                    <SelectValue />
                  </SelectTrigger>
                  <SelectContent>
                    {run.symbols.map((name) => (
                      <SelectItem key={name} value={name}>
                        {name}
                      </SelectItem>
                    ))}
                  </SelectContent>
                </Select>
              )}
              <OpenChartButton run={run} symbol={symbol} />
            </div>
          </CardHeader>
          <CardContent className="px-2">
            <TradeChart run={run} symbol={symbol} trades={shown} chosen={chosen} className="h-96" />
          </CardContent>
        </Card>
      }
      tradeTable={
        <Card>
          <CardHeader>
            <CardTitle>Trades</CardTitle>
            {trades.data && (
              <span className="text-xs text-muted-foreground print:hidden">
                A row brings its trade into the chart.
              </span>
            )}
          </CardHeader>
          <Loaded query={trades} failure="The trades could not be loaded" className="mx-4 mb-4 h-64">
            {(all) => (
              <TradeTable
                trades={all}
                timeZone={timeZone}
                currency={currency}
                chosen={chosen?.number ?? null}
                onChoose={choose}
              />
            )}
          </Loaded>
        </Card>
      }
      terms={
        <Card>
          <CardHeader>
            <CardTitle>Manifest</CardTitle>
            <span className="text-xs text-muted-foreground">The same manifest gives the same result.</span>
          </CardHeader>
          <ManifestPanel manifest={run.manifest} asked={run} currency={currency} />
        </Card>
      }
    />
  );
}

const NO_TRADES: Trade[] = [];
