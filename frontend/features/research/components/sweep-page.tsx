"use client";

import Link from "next/link";
import { useEffect, useMemo } from "react";

import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ruleName } from "@/features/backtests/rule-name";
import { longInterval } from "@/features/chart/intervals";
import { MOST_HELD_SETS, useSweep, useSweepResults } from "@/features/research/api";
import { SweepActions } from "@/features/research/components/search-actions";
import { SearchEnded, SearchProgress } from "@/features/research/components/search-states";
import { SetTable } from "@/features/research/components/set-table";
import { SweepHeatmap } from "@/features/research/components/sweep-heatmap";
import { SweepLines } from "@/features/research/components/sweep-lines";
import { OverfittingCard, SweepPicks } from "@/features/research/components/sweep-picks";
import { WhatWasSearched } from "@/features/research/components/what-was-searched";
import type { Sweep } from "@/features/research/contract";
import { isOver } from "@/features/research/progress";
import { NO_RESULTS } from "@/features/research/results";
import { METHOD_WORDS, metricLabel, wantedMetrics } from "@/features/research/texts";
import { formatAgo, formatCount, formatDateTime, formatPlural } from "@/lib/format";

function titleOf(sweep: Sweep): string {
  return `${ruleName(sweep)} on ${sweep.symbol}`;
}

/** The page of a sweep: it fills while the sweep runs, and says at the end which set to take. */
export function SweepPage({ id }: { id: string }) {
  const query = useSweep(id);
  const sweep = query.data;
  useEffect(() => {
    if (sweep) document.title = `Sweep of ${titleOf(sweep)} · Flowrex`;
  }, [sweep]);
  if (!sweep) {
    if (query.isError)
      return (
        <ErrorState
          title={query.error.isNotFound ? "There is no such sweep" : "The sweep could not be loaded"}
          error={query.error}
          onRetry={() => void query.refetch()}
          action={
            <Button asChild variant="outline" size="sm">
              <Link href="/research">All research</Link>
            </Button>
          }
        />
      );
    return (
      <div className="grid gap-4" role="status" aria-label="Loading the sweep">
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-16" />
        <Skeleton className="h-96" />
      </div>
    );
  }
  const at = sweep.finished_at ?? sweep.created_at;
  return (
    <>
      <PageHeader
        title={`Sweep of ${titleOf(sweep)}`}
        description={
          <>
            {[
              longInterval(sweep.interval),
              METHOD_WORDS[sweep.method].label.toLowerCase().replace("tpe", "TPE"),
              formatPlural(sweep.sets, "set"),
              `highest ${metricLabel(sweep.objective)}`,
            ].join(" · ")}{" "}
            · <span title={`${formatDateTime(at)} UTC`}>{formatAgo(at)}</span>
          </>
        }
        actions={<SweepActions sweep={sweep} />}
      />
      <div className="grid grid-cols-1 gap-4">
        <SweepState sweep={sweep} />
        <SweepResults sweep={sweep} />
        <WhatWasSearched search={sweep} />
      </div>
    </>
  );
}

function SweepState({ sweep }: { sweep: Sweep }) {
  const done = `${formatCount(sweep.sets_done)} of ${formatPlural(sweep.sets, "set")}`;
  if (sweep.status === "failed" || sweep.status === "cancelled")
    return (
      <SearchEnded
        what="sweep"
        status={sweep.status}
        error={sweep.error}
        kept={
          sweep.sets_done > 0
            ? `${done} had been computed and are shown below. No plateau was looked for, as the picture is not whole.`
            : null
        }
      />
    );
  if (!isOver(sweep.status)) {
    const isChoosing = sweep.status === "running" && sweep.sets_done === sweep.sets;
    return <SearchProgress {...sweep} done={isChoosing ? `${done}, looking for plateaus` : done} />;
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <SweepPicks sweep={sweep} />
      <OverfittingCard sweep={sweep} />
    </div>
  );
}

function SweepResults({ sweep }: { sweep: Sweep }) {
  const names = useMemo(() => wantedMetrics(sweep.objective), [sweep.objective]);
  const query = useSweepResults(sweep, names);
  const results = query.data ?? NO_RESULTS;
  const isHeld = sweep.sets <= MOST_HELD_SETS;
  if (isOver(sweep.status) && sweep.sets_done === 0) return null;
  return (
    <>
      {query.isError && <ErrorNote error={query.error} />}
      <SweepHeatmap sweep={sweep} results={isHeld ? results : null} />
      {isHeld && sweep.axes.length > 2 && <SweepLines sweep={sweep} results={results} />}
      {isHeld ? (
        <SetTable sweep={sweep} results={results} />
      ) : (
        <p className="px-1 text-[0.8125rem] text-muted-foreground">
          A table of {formatPlural(sweep.sets, "set")} is too much for a page. “All sets as CSV” in the menu
          above has every one with its figures.
        </p>
      )}
    </>
  );
}
