"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { Ban, CircleAlert, FlaskConical, GitCompareArrows, LoaderCircle, SearchX } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";

import { DataTable } from "@/components/common/data-table";
import { EmptyState } from "@/components/common/empty-state";
import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { toneOf } from "@/components/common/figure";
import { PageHeader } from "@/components/common/page-header";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Progress } from "@/components/ui/progress";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { useRuns } from "@/features/backtests/api";
import { comparePath, FEWEST_COMPARED, MOST_COMPARED } from "@/features/backtests/compare";
import { isOver } from "@/features/backtests/polling";
import { ruleName } from "@/features/backtests/rule-name";
import { longInterval } from "@/features/chart/intervals";
import type { RunSummary } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import {
  formatAgo,
  formatCount,
  formatDateTime,
  formatNumber,
  formatPercent,
  formatPlural,
} from "@/lib/format";

const OUTCOMES = {
  all: "All outcomes",
  green: "Believable",
  amber: "Believe with care",
  red: "Not believable",
  running: "Under way",
  failed: "Failed",
  cancelled: "Cancelled",
} as const;
type Outcome = keyof typeof OUTCOMES;

export function outcomeOf(run: RunSummary): Exclude<Outcome, "all"> | "unknown" {
  if (!isOver(run.status)) return "running";
  if (run.status === "failed" || run.status === "cancelled") return run.status;
  return run.level ?? "unknown";
}

/** Runs that hold all the words in symbol, interval or strategy, and have the outcome. */
export function filterRuns(runs: readonly RunSummary[], words: string, outcome: Outcome): RunSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    if (outcome !== "all" && outcomeOf(run) !== outcome) return false;
    const text =
      `${run.symbol} ${longInterval(run.interval)} ${run.interval} ${run.strategy_name ?? "unsaved rule"}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Whether to believe a run, or what became of it. */
export function RunOutcome({ run }: { run: RunSummary }) {
  const outcome = outcomeOf(run);
  if (outcome === "running")
    return (
      <span className="inline-flex items-center gap-2 text-xs whitespace-nowrap">
        <LoaderCircle className="size-3.5 animate-spin text-primary" aria-hidden />
        {run.status === "queued" ? "Queued" : `${Math.round(run.progress * 100)}%`}
        <Progress
          value={run.status === "queued" ? null : run.progress}
          aria-label="Progress of the run"
          className="w-12"
        />
      </span>
    );
  if (outcome === "failed")
    return (
      <Badge variant="down" title={run.error?.detail}>
        <CircleAlert aria-hidden /> Failed
      </Badge>
    );
  if (outcome === "cancelled" || outcome === "unknown")
    return (
      <Badge variant="outline">
        <Ban aria-hidden /> {outcome === "cancelled" ? "Cancelled" : "No verdict"}
      </Badge>
    );
  return <VerdictBadge level={outcome} />;
}

const ORDER = { green: 6, amber: 5, red: 4, running: 3, failed: 2, cancelled: 1, unknown: 0 };
const RIGHT = { align: "right" } as const;
const gain = (value: number | null) => formatPercent(value, { signed: true });

/** The tick that takes a run into the comparison; only a finished one can be compared. */
function tickColumn(chosen: ReadonlySet<string>, toggle: (id: string) => void): ColumnDef<RunSummary> {
  return {
    id: "compare",
    header: undefined,
    enableSorting: false,
    meta: { label: "Compare", className: "w-8 pr-0" },
    cell: ({ row: { original: run } }) => {
      const isChosen = chosen.has(run.id);
      return (
        <Checkbox
          checked={isChosen}
          disabled={run.status !== "succeeded" || (!isChosen && chosen.size >= MOST_COMPARED)}
          onCheckedChange={() => toggle(run.id)}
          aria-label={`Compare ${run.strategy_name ?? "unsaved rule"} on ${run.symbol}, ${formatDateTime(run.created_at)}`}
        />
      );
    },
  };
}

/** What is ticked, and the way to the comparison. */
function CompareBar({ ids, onClear }: { ids: readonly string[]; onClear: () => void }) {
  if (ids.length === 0) return null;
  const isEnough = ids.length >= FEWEST_COMPARED;
  return (
    <div
      className="flex flex-wrap items-center gap-2 border-b bg-muted/50 px-3 py-2 text-[0.8125rem]"
      role="status"
    >
      <span className="mr-auto">
        {formatPlural(ids.length, "run")} ticked
        {isEnough ? "" : "; tick another one to compare"}
        {ids.length === MOST_COMPARED ? ", the most that can be compared" : ""}
      </span>
      <Button variant="ghost" size="sm" onClick={onClear}>
        Clear
      </Button>
      {isEnough && (
        <Button asChild size="sm">
          <Link href={comparePath(ids)}>
            <GitCompareArrows aria-hidden /> Compare
          </Link>
        </Button>
      )}
    </div>
  );
}

const COLUMNS: ColumnDef<RunSummary>[] = [
  {
    id: "outcome",
    header: "Verdict",
    accessorFn: (run) => ORDER[outcomeOf(run)],
    cell: ({ row }) => <RunOutcome run={row.original} />,
  },
  {
    id: "rule",
    header: "Strategy",
    accessorFn: (run) => ruleName(run),
    sortingFn: "text",
    cell: ({ row: { original: run } }) => (
      <Link href={`/backtests/${run.id}`} className="font-medium underline-offset-4 hover:underline">
        {ruleName(run)}
        {run.strategy_version !== null && (
          <span className="ml-1 text-xs font-normal text-muted-foreground">v{run.strategy_version}</span>
        )}
        <span className="block text-xs font-normal text-muted-foreground sm:hidden">
          {run.symbol} {longInterval(run.interval)}
        </span>
      </Link>
    ),
  },
  {
    id: "symbol",
    header: "Instrument",
    accessorFn: (run) => `${run.symbol} ${run.interval}`,
    sortingFn: "text",
    meta: { className: "hidden sm:table-cell" },
    cell: ({ row: { original: run } }) => (
      <span className="whitespace-nowrap">
        {run.symbol} <span className="text-xs text-muted-foreground">{longInterval(run.interval)}</span>
      </span>
    ),
  },
  {
    id: "return",
    header: "Return",
    accessorFn: (run) => run.total_return ?? undefined,
    sortUndefined: "last",
    meta: RIGHT,
    cell: ({ row: { original: run } }) => (
      <span className={toneOf(run.total_return)}>{gain(run.total_return)}</span>
    ),
  },
  {
    id: "benchmark",
    header: "Buy & hold",
    accessorFn: (run) => run.benchmark_return ?? undefined,
    sortUndefined: "last",
    meta: { align: "right", className: "hidden sm:table-cell" },
    cell: ({ row: { original: run } }) => (
      <span className="text-muted-foreground">{gain(run.benchmark_return)}</span>
    ),
  },
  {
    id: "sharpe",
    header: "Sharpe",
    accessorFn: (run) => run.sharpe ?? undefined,
    sortUndefined: "last",
    meta: { align: "right", className: "hidden sm:table-cell" },
    cell: ({ row }) => formatNumber(row.original.sharpe, { digits: 2 }),
  },
  {
    id: "drawdown",
    header: "Drawdown",
    accessorFn: (run) => run.max_drawdown ?? undefined,
    sortUndefined: "last",
    meta: { align: "right", className: "hidden md:table-cell" },
    cell: ({ row }) => formatPercent(row.original.max_drawdown),
  },
  {
    id: "trades",
    header: "Trades",
    accessorFn: (run) => run.trades ?? undefined,
    sortUndefined: "last",
    meta: { align: "right", className: "hidden md:table-cell" },
    cell: ({ row }) => formatCount(row.original.trades),
  },
  {
    id: "when",
    header: "When",
    accessorKey: "created_at",
    meta: { className: "hidden lg:table-cell" },
    cell: ({ row }) => (
      <span
        className="whitespace-nowrap text-muted-foreground"
        title={`${formatDateTime(row.original.created_at)} UTC`}
      >
        {formatAgo(row.original.created_at)}
      </span>
    ),
  },
];

export function RunListPage() {
  const runs = useRuns();
  const [words, setWords] = useState("");
  const [outcome, setOutcome] = useState<Outcome>("all");
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const columns = useMemo(() => {
    const toggle = (id: string) =>
      setTicked((ids) => (ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]));
    return [tickColumn(new Set(ticked), toggle), ...COLUMNS];
  }, [ticked]);
  const shown = useMemo(() => filterRuns(runs.items, words, outcome), [runs.items, words, outcome]);
  const newRun = (
    <Button asChild size="sm">
      <Link href="/strategies">
        <FlaskConical aria-hidden /> Test a rule
      </Link>
    </Button>
  );

  return (
    <>
      <PageHeader
        title="Backtests"
        description="Every run, with whether it can be believed before what it made."
        actions={newRun}
      />
      <Card>
        {runs.isError && runs.items.length === 0 ? (
          <ErrorState
            title="Your runs could not be loaded"
            error={runs.error}
            onRetry={() => void runs.refetch()}
          />
        ) : runs.isPending ? (
          <CardContent className="grid gap-2 pt-4" role="status" aria-label="Loading runs">
            {[1, 2, 3, 4].map((i) => (
              <Skeleton key={i} className="h-8" />
            ))}
          </CardContent>
        ) : runs.items.length === 0 ? (
          <EmptyState icon={FlaskConical} title="No backtests yet" action={newRun}>
            Open a strategy, choose an instrument and run it: the report says first whether it can be
            believed.
          </EmptyState>
        ) : (
          <>
            <div className="flex flex-wrap gap-2 px-3 py-3">
              <Input
                type="search"
                value={words}
                onChange={(event) => setWords(event.target.value)}
                placeholder="Filter by strategy or symbol…"
                aria-label="Filter runs"
                className="h-8 w-auto max-w-64 min-w-0 flex-1"
              />
              <Select value={outcome} onValueChange={(next) => setOutcome(next as Outcome)}>
                <SelectTrigger size="sm" className="w-40" aria-label="Outcome">
                  <SelectValue />
                </SelectTrigger>
                <SelectContent>
                  {Object.entries(OUTCOMES).map(([value, label]) => (
                    <SelectItem key={value} value={value}>
                      {label}
                    </SelectItem>
                  ))}
                </SelectContent>
              </Select>
              <span
                className={cn(
                  "self-center text-xs text-muted-foreground",
                  shown.length === runs.items.length && "sr-only",
                )}
                role="status"
              >
                {formatCount(shown.length)} of {formatCount(runs.items.length)}
              </span>
            </div>
            <CompareBar ids={ticked} onClear={() => setTicked([])} />
            {runs.isError && <ErrorNote error={runs.error} className="mx-3 mb-2" />}
            <DataTable
              label="Backtests"
              columns={columns}
              rows={shown}
              rowId={(run) => run.id}
              empty={
                <EmptyState
                  icon={SearchX}
                  title="No run matches"
                  action={
                    <Button
                      variant="outline"
                      size="sm"
                      onClick={() => {
                        setWords("");
                        setOutcome("all");
                      }}
                    >
                      Clear the filter
                    </Button>
                  }
                >
                  {runs.hasNextPage ? "Only the runs loaded so far were looked through." : null}
                </EmptyState>
              }
            />
            {runs.hasNextPage && (
              <div className="flex justify-center py-2">
                <Button
                  variant="ghost"
                  size="sm"
                  pending={runs.isFetchingNextPage}
                  onClick={() => void runs.fetchNextPage()}
                >
                  Load older runs
                </Button>
              </div>
            )}
          </>
        )}
      </Card>
    </>
  );
}
