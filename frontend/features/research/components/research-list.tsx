"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { Ban, CircleAlert, CircleCheck, Footprints, Grid3x3, LoaderCircle, PauseCircle } from "lucide-react";
import Link from "next/link";
import { useState, type ReactNode } from "react";

import { DataTable } from "@/components/common/data-table";
import { EmptyState } from "@/components/common/empty-state";
import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { toneOf } from "@/components/common/figure";
import { PageHeader } from "@/components/common/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { ruleName } from "@/features/backtests/rule-name";
import { longInterval } from "@/features/chart/intervals";
import { useSweeps, useWalkForwards } from "@/features/research/api";
import type { ResearchStatus, SweepSummary, WalkForwardSummary } from "@/features/research/contract";
import { describeSet } from "@/features/research/ranges";
import { METHOD_WORDS, metricLabel, printMetric } from "@/features/research/texts";
import type { ApiProblem } from "@/lib/api/problem";
import { formatAgo, formatCount, formatDateTime, formatPercent } from "@/lib/format";

type Row = SweepSummary | WalkForwardSummary;

/** Where a search stands: word, icon, and how far it is. */
export function SearchStatus({
  search,
}: {
  search: { status: ResearchStatus; progress: number; error: Row["error"] };
}) {
  switch (search.status) {
    case "queued":
    case "running":
      return (
        <span className="inline-flex items-center gap-2 text-xs whitespace-nowrap">
          <LoaderCircle className="size-3.5 animate-spin text-primary" aria-hidden />
          {search.status === "queued" ? "Queued" : `${Math.floor(search.progress * 100)}%`}
          <Progress
            value={search.status === "queued" ? null : search.progress}
            aria-label="Progress of the search"
            className="w-12"
          />
        </span>
      );
    case "paused":
      return (
        <Badge variant="warn">
          <PauseCircle aria-hidden /> Paused at {Math.floor(search.progress * 100)}%
        </Badge>
      );
    case "failed":
      return (
        <Badge variant="down" title={search.error?.detail}>
          <CircleAlert aria-hidden /> Failed
        </Badge>
      );
    case "cancelled":
      return (
        <Badge variant="outline">
          <Ban aria-hidden /> Cancelled
        </Badge>
      );
    case "succeeded":
      return (
        <Badge variant="default">
          <CircleCheck aria-hidden /> Done
        </Badge>
      );
  }
}

function commonColumns<Of extends Row>(place: string): ColumnDef<Of>[] {
  return [
    {
      id: "status",
      header: "State",
      accessorFn: (row) => row.status,
      cell: ({ row }) => <SearchStatus search={row.original} />,
    },
    {
      id: "rule",
      header: "Rule",
      accessorFn: (row) => ruleName(row),
      sortingFn: "text",
      cell: ({ row: { original: row } }) => (
        <Link
          href={`/research/${place}/${row.id}`}
          className="font-medium underline-offset-4 hover:underline"
        >
          {ruleName(row)}
          {row.strategy_version !== null && (
            <span className="ml-1 text-xs font-normal text-muted-foreground">v{row.strategy_version}</span>
          )}
          <span className="block text-xs font-normal text-muted-foreground sm:hidden">
            {row.symbol} {longInterval(row.interval)}
          </span>
        </Link>
      ),
    },
    {
      id: "symbol",
      header: "Instrument",
      accessorFn: (row) => `${row.symbol} ${row.interval}`,
      sortingFn: "text",
      meta: { className: "hidden sm:table-cell" },
      cell: ({ row: { original: row } }) => (
        <span className="whitespace-nowrap">
          {row.symbol} <span className="text-xs text-muted-foreground">{longInterval(row.interval)}</span>
        </span>
      ),
    },
    {
      id: "sets",
      header: "Sets",
      accessorFn: (row) => row.sets,
      meta: { align: "right" },
      cell: ({ row: { original: row } }) => (
        <span className="whitespace-nowrap">
          {formatCount(row.sets)}{" "}
          <span className="hidden text-xs text-muted-foreground md:inline">
            {METHOD_WORDS[row.method].label}
          </span>
        </span>
      ),
    },
  ];
}

function whenColumn<Of extends Row>(): ColumnDef<Of> {
  return {
    id: "when",
    header: "When",
    accessorFn: (row) => row.created_at,
    meta: { className: "hidden lg:table-cell" },
    cell: ({ row }) => (
      <span
        className="whitespace-nowrap text-muted-foreground"
        title={`${formatDateTime(row.original.created_at)} UTC`}
      >
        {formatAgo(row.original.created_at)}
      </span>
    ),
  };
}

const SWEEP_COLUMNS: ColumnDef<SweepSummary>[] = [
  ...commonColumns<SweepSummary>("sweeps"),
  {
    id: "best",
    header: "Best set",
    accessorFn: (row) => (row.best ? describeSet(row.best.parameters) : ""),
    meta: { className: "hidden lg:table-cell" },
    cell: ({ row }) => (
      <span className="text-muted-foreground">
        {row.original.best ? describeSet(row.original.best.parameters) : "–"}
      </span>
    ),
  },
  {
    id: "figure",
    header: "Its objective",
    accessorFn: (row) => row.best?.metrics[row.objective as "sharpe"] ?? undefined,
    sortUndefined: "last",
    meta: { align: "right" },
    cell: ({ row: { original: row } }) => (
      <span className="whitespace-nowrap">
        {printMetric(row.objective, row.best?.metrics[row.objective as "sharpe"])}{" "}
        <span className="hidden text-xs text-muted-foreground md:inline">{metricLabel(row.objective)}</span>
      </span>
    ),
  },
  whenColumn<SweepSummary>(),
];

const WALK_COLUMNS: ColumnDef<WalkForwardSummary>[] = [
  ...commonColumns<WalkForwardSummary>("walk-forwards"),
  {
    id: "return",
    header: "Out of sample",
    accessorFn: (row) => row.metrics?.total_return ?? undefined,
    sortUndefined: "last",
    meta: { align: "right" },
    cell: ({ row }) => (
      <span className={toneOf(row.original.metrics?.total_return)}>
        {formatPercent(row.original.metrics?.total_return, { signed: true, digits: 1 })}
      </span>
    ),
  },
  {
    id: "efficiency",
    header: "Held up",
    accessorFn: (row) => row.efficiency ?? undefined,
    sortUndefined: "last",
    meta: { align: "right", className: "hidden sm:table-cell" },
    cell: ({ row }) => formatPercent(row.original.efficiency, { digits: 0 }),
  },
  whenColumn<WalkForwardSummary>(),
];

type Listed<Of> = {
  items: Of[];
  isPending: boolean;
  isError: boolean;
  error: ApiProblem | null;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => Promise<unknown>;
  fetchNextPage: () => Promise<unknown>;
};

function SearchTable<Of extends Row>({
  label,
  query,
  columns,
  empty,
}: {
  label: string;
  query: Listed<Of>;
  columns: ColumnDef<Of>[];
  empty: ReactNode;
}) {
  if (query.isError && query.items.length === 0)
    return (
      <ErrorState
        title={`Your ${label.toLowerCase()} could not be loaded`}
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  if (query.isPending)
    return (
      <CardContent
        className="grid grid-cols-1 gap-2 pt-2"
        role="status"
        aria-label={`Loading ${label.toLowerCase()}`}
      >
        {[1, 2, 3].map((i) => (
          <Skeleton key={i} className="h-8" />
        ))}
      </CardContent>
    );
  if (query.items.length === 0) return empty;
  return (
    <>
      {query.isError && <ErrorNote error={query.error} className="mx-3 mb-2" />}
      <DataTable label={label} columns={columns} rows={query.items} rowId={(row) => row.id} />
      {query.hasNextPage && (
        <div className="flex justify-center py-2">
          <Button
            variant="ghost"
            size="sm"
            pending={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Load older ones
          </Button>
        </div>
      )}
    </>
  );
}

function NewLink({ kind, variant }: { kind: "sweeps" | "walk-forwards"; variant?: "outline" }) {
  const [Icon, label] = kind === "sweeps" ? [Grid3x3, "New sweep"] : [Footprints, "New walk-forward"];
  return (
    <Button asChild size="sm" variant={variant}>
      <Link href={`/research/${kind}/new`}>
        <Icon aria-hidden /> {label}
      </Link>
    </Button>
  );
}

/** `/research`: every sweep and walk-forward. */
export function ResearchPage() {
  const sweeps = useSweeps();
  const walks = useWalkForwards();
  const [shown, setShown] = useState("sweeps");
  const count = (query: { items: unknown[]; hasNextPage: boolean }) =>
    query.items.length > 0 ? ` (${query.items.length}${query.hasNextPage ? "+" : ""})` : "";
  return (
    <>
      <PageHeader
        title="Research"
        description="Many runs of one rule at once: where it holds up, and whether choosing its parameters tells anything."
        actions={
          <>
            <NewLink kind="walk-forwards" variant="outline" />
            <NewLink kind="sweeps" />
          </>
        }
      />
      <Card>
        <Tabs value={shown} onValueChange={setShown}>
          <TabsList className="px-4 pt-1" aria-label="Kind of research">
            <TabsTrigger value="sweeps">Sweeps{count(sweeps)}</TabsTrigger>
            <TabsTrigger value="walk-forwards">Walk-forwards{count(walks)}</TabsTrigger>
          </TabsList>
          <TabsContent value="sweeps">
            <SearchTable
              label="Sweeps"
              query={sweeps}
              columns={SWEEP_COLUMNS}
              empty={
                <EmptyState icon={Grid3x3} title="No sweeps yet" action={<NewLink kind="sweeps" />}>
                  A sweep runs one rule with many parameter sets. Its heatmap shows whether the rule works on
                  a broad plateau, or only on one lucky number.
                </EmptyState>
              }
            />
          </TabsContent>
          <TabsContent value="walk-forwards">
            <SearchTable
              label="Walk-forwards"
              query={walks}
              columns={WALK_COLUMNS}
              empty={
                <EmptyState
                  icon={Footprints}
                  title="No walk-forwards yet"
                  action={<NewLink kind="walk-forwards" />}
                >
                  A walk-forward chooses parameters on past bars and trades them on the bars after, window by
                  window: the closest a backtest comes to real life.
                </EmptyState>
              }
            />
          </TabsContent>
        </Tabs>
      </Card>
    </>
  );
}
