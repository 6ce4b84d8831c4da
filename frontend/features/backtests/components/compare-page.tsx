"use client";

import { GitCompareArrows } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";

import { seriesColour } from "@/components/charts/colours";
import { CurvesChart } from "@/components/charts/curves-chart";
import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import {
  bestOf,
  describeDifferences,
  FEWEST_COMPARED,
  nameRuns,
  parameterNames,
  readIds,
} from "@/features/backtests/compare";
import { formatMetric, METRIC_GROUPS, type MetricText } from "@/features/backtests/metric-texts";
import { useComparison } from "@/features/backtests/report-api";
import { ruleName } from "@/features/backtests/rule-name";
import { decimalsOf } from "@/features/backtests/run-settings";
import { longInterval } from "@/features/chart/intervals";
import type { ComparedRun, ComparisonRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatNumber, NO_FIGURE } from "@/lib/format";

const CELL = "px-2 py-1 text-right whitespace-nowrap tabular-nums";

/** How far a figure lies from the first run's, in the figure's own unit. */
function difference(
  text: MetricText,
  value: number | null | undefined,
  first: number | null | undefined,
): string {
  if (typeof value !== "number" || typeof first !== "number") return "";
  const gap = value - first;
  if (gap === 0) return "=";
  const printed = formatMetric(text.format === "percent" ? "gain" : text.format, gap, null);
  return gap > 0 && !printed.startsWith("+") ? `+${printed}` : printed;
}

function RunHead({ run, place }: { run: ComparedRun; place: number }) {
  return (
    <TableHead className="h-auto min-w-36 px-2 py-2 text-right align-top whitespace-normal">
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="size-2.5 rounded-full" style={{ background: seriesColour(place) }} />
        {String.fromCharCode(65 + place)}
      </span>
      <Link
        href={`/backtests/${run.id}`}
        className="block font-medium text-foreground underline-offset-4 hover:underline"
      >
        {ruleName({ strategy_name: run.name })}
      </Link>
      <span className="block font-normal">
        {run.symbol} {longInterval(run.interval)}
      </span>
      <VerdictBadge level={run.level} className="mt-1" />
    </TableHead>
  );
}

function ComparisonTable({ runs }: { runs: readonly ComparedRun[] }) {
  const names = parameterNames(runs);
  return (
    <Table label="Figures of the compared runs">
      <TableHeader>
        <TableRow>
          <TableHead className="sticky left-0 bg-card align-top">Figure</TableHead>
          {runs.map((run, i) => (
            <RunHead key={run.id} run={run} place={i} />
          ))}
        </TableRow>
      </TableHeader>
      {METRIC_GROUPS.map((group) => (
        <TableBody key={group.title}>
          <TableRow>
            <th
              scope="rowgroup"
              colSpan={runs.length + 1}
              className="px-3 pt-3 pb-1 text-left text-xs font-semibold"
            >
              {group.title}
            </th>
          </TableRow>
          {group.metrics.map((text) => {
            const best = bestOf(text, runs);
            return (
              <TableRow key={text.name}>
                <th scope="row" className="sticky left-0 bg-card px-3 py-1 text-left font-normal">
                  {text.label}
                </th>
                {runs.map((run, i) => (
                  <TableCell key={run.id} className={CELL}>
                    <span className={cn(best.has(i) && "font-semibold text-up")}>
                      {formatMetric(text.format, run.metrics[text.name], null)}
                      {best.has(i) && <span className="sr-only"> (best)</span>}
                    </span>
                    {i > 0 && (
                      <span className="block text-2xs text-muted-foreground">
                        {difference(text, run.metrics[text.name], runs[0]!.metrics[text.name])}
                      </span>
                    )}
                  </TableCell>
                ))}
              </TableRow>
            );
          })}
        </TableBody>
      ))}
      {names.length > 0 && (
        <TableBody>
          <TableRow>
            <th
              scope="rowgroup"
              colSpan={runs.length + 1}
              className="px-3 pt-3 pb-1 text-left text-xs font-semibold"
            >
              Parameters
            </th>
          </TableRow>
          {names.map((name) => (
            <TableRow key={name}>
              <th
                scope="row"
                className="sticky left-0 bg-card px-3 py-1 text-left font-mono text-xs font-normal"
              >
                {name}
              </th>
              {runs.map((run) => (
                <TableCell key={run.id} className={CELL}>
                  {run.parameters[name] === undefined
                    ? NO_FIGURE
                    : formatNumber(run.parameters[name], { digits: decimalsOf(run.parameters[name]) })}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      )}
    </Table>
  );
}

function Comparison({ comparison }: { comparison: ComparisonRead }) {
  const { runs, curves } = comparison;
  const names = nameRuns(runs);
  const differences = describeDifferences(runs);
  return (
    <div className="grid grid-cols-1 gap-4">
      <Card>
        <CardHeader className="flex-wrap">
          <CardTitle>Equity, from 1 at the common start</CardTitle>
        </CardHeader>
        <CardContent>
          {curves.time.length > 0 ? (
            <CurvesChart
              label="Equity of the compared runs, from 1 at their common start"
              time={curves.time}
              curves={runs.map((run, i) => ({
                name: names[i]!,
                values: curves.equity[run.id] ?? [],
                colour: seriesColour(i),
              }))}
              unit="ratio"
              reference={1}
              height={340}
            />
          ) : (
            <p className="text-[0.8125rem] text-muted-foreground">
              These runs have no time in common, so their curves cannot stand beside each other.
            </p>
          )}
        </CardContent>
      </Card>
      <Card>
        <CardHeader className="flex-wrap">
          <CardTitle>Figures</CardTitle>
          <span className="text-xs text-muted-foreground">
            Small: the difference to A. Green: the best. Believe the verdict before a figure.
          </span>
        </CardHeader>
        {differences && <p className="px-3 pt-2 text-[0.8125rem] leading-5 text-warn">{differences}</p>}
        <ComparisonTable runs={runs} />
      </Card>
    </div>
  );
}

/** `/backtests/compare?ids=`: two to five runs beside each other. */
export function ComparePage() {
  const ids = readIds(useSearchParams().get("ids"));
  const query = useComparison(ids);
  const back = (
    <Button asChild variant="outline" size="sm">
      <Link href="/backtests">Choose runs</Link>
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Compare runs"
        description="What differs, and which of them can be believed."
        actions={back}
      />
      {ids.length < FEWEST_COMPARED ? (
        <Card>
          <EmptyState icon={GitCompareArrows} title="Nothing to compare yet" action={back}>
            Tick two to five finished runs in the list of backtests, then choose “Compare”.
          </EmptyState>
        </Card>
      ) : query.isError ? (
        <Card>
          <ErrorState
            title={
              query.error.isNotFound ? "One of these runs is not there" : "The runs could not be compared"
            }
            error={query.error}
            onRetry={query.error.isNotFound ? undefined : () => void query.refetch()}
            action={back}
          />
        </Card>
      ) : query.data ? (
        <Comparison comparison={query.data} />
      ) : (
        <div className="grid gap-4" role="status" aria-label="Loading the runs">
          <Skeleton className="h-96" />
          <Skeleton className="h-96" />
        </div>
      )}
    </>
  );
}
