"use client";

import { LinkIcon } from "lucide-react";
import Link from "next/link";
import { useEffect, useMemo } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { loaded } from "@/components/common/loaded";
import { Logo } from "@/components/common/logo";
import { PageHeader } from "@/components/common/page-header";
import { ThemeToggle } from "@/components/common/theme-toggle";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { TermsPanel } from "@/features/backtests/components/manifest-panel";
import { Report } from "@/features/backtests/components/report";
import { TradeTable } from "@/features/backtests/components/trade-table";
import { useSharedReport } from "@/features/backtests/report-api";
import { ruleName } from "@/features/backtests/rule-name";
import { marketName } from "@/features/backtests/run-terms";
import { toTrades } from "@/features/backtests/trades";
import { isIntraday, longInterval } from "@/features/chart/intervals";
import type { SharedReport } from "@/lib/api/generated";
import { formatDate } from "@/lib/format";

function Shared({ report }: { report: SharedReport }) {
  const { run, equity, tear_sheet: sheet, expires_at } = report;
  const trades = useMemo(() => toTrades(report.trades), [report.trades]);
  // The instrument's own zone is not part of what is shared.
  const timeZone = isIntraday(run.interval) ? "UTC" : null;
  const title = `${ruleName(run)} on ${marketName(run)}`;
  const span =
    equity.time.length > 0 ? `${formatDate(equity.time[0])} to ${formatDate(equity.time.at(-1))}` : null;
  useEffect(() => {
    document.title = `${title} · Flowrex`;
  }, [title]);
  return (
    <>
      <PageHeader
        title={title}
        description={[
          longInterval(run.interval),
          span,
          `a report to be read, shared until ${formatDate(expires_at)}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      />
      <Report
        verdict={run.verdict}
        metrics={run.metrics}
        benchmark={run.benchmark}
        equity={loaded(equity)}
        tearSheet={loaded(sheet)}
        trades={loaded(trades)}
        currency={null}
        timeZone={timeZone}
        tradeTable={
          <Card>
            <CardHeader>
              <CardTitle>Trades</CardTitle>
            </CardHeader>
            <TradeTable trades={trades} timeZone={timeZone} currency={null} chosen={null} />
          </Card>
        }
        terms={
          <Card>
            <CardHeader>
              <CardTitle>Rule and terms</CardTitle>
            </CardHeader>
            <TermsPanel source={run.source} parameters={run.parameters} asked={run} />
          </Card>
        }
      />
    </>
  );
}

/** `/shared/<token>`: a report for whoever has its link. */
export function SharedReportPage({ token }: { token: string }) {
  const query = useSharedReport(token);
  return (
    <div className="min-h-dvh">
      <header className="flex h-12 items-center justify-between bg-card px-3 md:px-6 print:hidden">
        <Link href="/" className="flex items-center gap-2 rounded-md p-1" aria-label="Flowrex, home">
          <Logo className="size-6" />
          <span className="text-[0.9375rem] font-semibold tracking-tight">Flowrex</span>
        </Link>
        <ThemeToggle />
      </header>
      <main id="main" className="mx-auto w-full max-w-[100rem] px-3 pt-4 pb-8 md:px-6 md:pt-5">
        {query.data ? (
          <Shared report={query.data} />
        ) : query.isError && query.error.isNotFound ? (
          <EmptyState
            icon={LinkIcon}
            title="This link shows no report"
            heading="h1"
            action={
              <Button asChild variant="outline" size="sm">
                <Link href="/">Go to Flowrex</Link>
              </Button>
            }
          >
            It has expired, was revoked, or was cut on its way to you. Ask whoever sent it for a new one.
          </EmptyState>
        ) : query.isError ? (
          <ErrorState
            title="The report could not be loaded"
            heading="h1"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <div className="grid gap-4" role="status" aria-label="Loading the report">
            <Skeleton className="h-7 w-64" />
            <Skeleton className="h-80" />
            <Skeleton className="h-96" />
          </div>
        )}
      </main>
    </div>
  );
}
