"use client";

import Link from "next/link";
import { useEffect, useState } from "react";

import { CurvesChart } from "@/components/charts/curves-chart";
import { ErrorState } from "@/components/common/error-state";
import { toneOf } from "@/components/common/figure";
import { HelpHint } from "@/components/common/help-hint";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { ruleName } from "@/features/backtests/rule-name";
import { useInstrument } from "@/features/chart/api";
import { longInterval } from "@/features/chart/intervals";
import { useWalkForward } from "@/features/research/api";
import { WalkForwardActions } from "@/features/research/components/search-actions";
import { SearchEnded, SearchProgress } from "@/features/research/components/search-states";
import { ToneNote } from "@/features/research/components/tone-note";
import { WhatWasSearched } from "@/features/research/components/what-was-searched";
import { WindowsPicture } from "@/features/research/components/windows-picture";
import { WindowsTable } from "@/features/research/components/windows-table";
import type { WalkForward } from "@/features/research/contract";
import { estimateLeft } from "@/features/research/progress";
import { explainEfficiency, metricLabel, printMetric } from "@/features/research/texts";
import { formatAgo, formatCount, formatDateTime, formatPlural } from "@/lib/format";

function titleOf(run: WalkForward): string {
  return `${ruleName(run)} on ${run.symbol}`;
}

/** The page of a walk-forward: what choosing parameters was worth on bars that no choice had seen. */
export function WalkForwardPage({ id }: { id: string }) {
  const query = useWalkForward(id);
  const run = query.data;
  useEffect(() => {
    if (run) document.title = `Walk-forward of ${titleOf(run)} · Flowrex`;
  }, [run]);
  if (!run) {
    if (query.isError)
      return (
        <ErrorState
          title={
            query.error.isNotFound ? "There is no such walk-forward" : "The walk-forward could not be loaded"
          }
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
      <div className="grid gap-4" role="status" aria-label="Loading the walk-forward">
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-80" />
      </div>
    );
  }
  const at = run.finished_at ?? run.created_at;
  return (
    <>
      <PageHeader
        title={`Walk-forward of ${titleOf(run)}`}
        description={
          <>
            {[
              longInterval(run.interval),
              `train ${formatCount(run.train_bars)}${run.anchored ? " and more" : ""}, test ${formatPlural(run.test_bars, "bar")}`,
              formatPlural(run.sets, "set"),
              `highest ${metricLabel(run.objective)}`,
            ].join(" · ")}{" "}
            · <span title={`${formatDateTime(at)} UTC`}>{formatAgo(at)}</span>
          </>
        }
        actions={<WalkForwardActions run={run} />}
      />
      <div className="grid grid-cols-1 gap-4">
        {run.status === "succeeded" ? (
          <Outcome run={run} />
        ) : run.status === "failed" || run.status === "cancelled" ? (
          <SearchEnded
            what="walk-forward"
            status={run.status}
            error={run.error}
            kept={null}
            actions={
              <Button asChild variant="outline" size="sm">
                <Link href="/research/walk-forwards/new">Start another</Link>
              </Button>
            }
          />
        ) : (
          <SearchProgress
            status={run.status}
            progress={run.progress}
            eta_seconds={estimateLeft(run, query.dataUpdatedAt)}
          />
        )}
        <WhatWasSearched search={run} />
      </div>
    </>
  );
}

const HEAD_METRICS = ["total_return", "sharpe", "max_drawdown", "trades"] as const;

function Outcome({ run }: { run: WalkForward }) {
  const { data: instrument } = useInstrument(run.symbol);
  const told = explainEfficiency(run.efficiency);
  const { curves, windows } = run;
  const [scale, setScale] = useState<"linear" | "log">("log");
  return (
    <>
      <Card>
        <CardContent className="flex flex-wrap items-start justify-between gap-x-8 gap-y-4 pt-4">
          <div className="max-w-[60ch]">
            {told ? (
              <ToneNote tone={told.tone} headline={told.headline}>
                {told.sentence}
              </ToneNote>
            ) : (
              <p className="text-[0.8125rem] text-muted-foreground">
                The chosen sets did not grow in training, so there is no share of it that could have held up.
              </p>
            )}
          </div>
          <dl className="flex flex-wrap gap-x-7 gap-y-3" aria-label="Out-of-sample figures">
            {HEAD_METRICS.map((name) => {
              const value = run.metrics?.[name];
              return (
                <div key={name}>
                  <dt className="text-xs text-muted-foreground">{metricLabel(name)}</dt>
                  <dd
                    className={`text-lg leading-7 font-semibold tabular-nums ${name === "total_return" ? toneOf(value) : ""}`}
                  >
                    {printMetric(name, value)}
                  </dd>
                </div>
              );
            })}
          </dl>
        </CardContent>
      </Card>
      {curves && curves.time.length > 1 && (
        <Card>
          <CardHeader>
            <CardTitle className="flex items-center gap-0.5">
              Out-of-sample equity
              <HelpHint term="Out-of-sample equity">
                The tests stitched together: what an account would have made that chose anew at each window.
                The dashed curve is the one set that was best in hindsight, which nobody could have known.
              </HelpHint>
            </CardTitle>
            <ToggleGroup
              type="single"
              aria-label="Equity scale"
              value={scale}
              onValueChange={(next) => next && setScale(next as typeof scale)}
            >
              <ToggleGroupItem value="linear">Linear</ToggleGroupItem>
              <ToggleGroupItem value="log">Log</ToggleGroupItem>
            </ToggleGroup>
          </CardHeader>
          <CardContent>
            <CurvesChart
              label="Equity over the tests"
              time={curves.time}
              curves={[
                { name: "Walked forward", values: curves.stitched },
                { name: "Best in hindsight", values: curves.in_sample, isDashed: true },
                { name: "Buy & hold", values: curves.benchmark, colour: "var(--muted-foreground)" },
              ]}
              unit="money"
              currency={instrument?.currency ?? null}
              scale={scale}
              height={300}
            />
          </CardContent>
        </Card>
      )}
      {windows.length > 0 && (
        <Card>
          <CardHeader>
            <CardTitle>{formatPlural(windows.length, "window")}</CardTitle>
          </CardHeader>
          <CardContent>
            <WindowsPicture windows={windows} />
          </CardContent>
          <WindowsTable run={run} />
        </Card>
      )}
    </>
  );
}
