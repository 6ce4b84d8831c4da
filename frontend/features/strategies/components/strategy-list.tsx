"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { FilePlus2, Library, ScrollText, Trash2 } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";
import { toast } from "@/components/ui/sonner";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { DataTable } from "@/components/common/data-table";
import { EmptyState } from "@/components/common/empty-state";
import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useRuns } from "@/features/backtests/api";
import { RuleText } from "@/features/strategies/components/rule-text";
import { useDeleteStrategy, useExamples, useStrategies } from "@/features/strategies/api";
import type { RunSummary, StrategyRead } from "@/lib/api/generated";
import { formatAgo, formatCount, formatDateTime, formatPercent } from "@/lib/format";

/** Newest finished run of each strategy, among the latest runs. */
export function lastRuns(runs: readonly RunSummary[]): Map<string, RunSummary> {
  const last = new Map<string, RunSummary>();
  for (const run of runs)
    if (run.strategy_id && run.level && !last.has(run.strategy_id)) last.set(run.strategy_id, run);
  return last;
}

type Row = { strategy: StrategyListItem; run: RunSummary | undefined };
type StrategyListItem = Omit<StrategyRead, "source" | "lookback">;

export function StrategyListPage() {
  const strategies = useStrategies();
  const runs = useRuns();
  const examples = useExamples();
  const remove = useDeleteStrategy();
  const [doomed, setDoomed] = useState<StrategyListItem | null>(null);
  const rows = useMemo<Row[]>(() => {
    const last = lastRuns(runs.items);
    return strategies.items.map((strategy) => ({ strategy, run: last.get(strategy.id) }));
  }, [strategies.items, runs.items]);

  const columns = useMemo<ColumnDef<Row>[]>(
    () => [
      {
        id: "name",
        header: "Name",
        accessorFn: (row) => row.strategy.name,
        sortingFn: "text",
        cell: ({ row: { original } }) => (
          <Link
            href={`/strategies/${original.strategy.id}`}
            className="font-medium underline-offset-4 hover:underline"
          >
            {original.strategy.name}
          </Link>
        ),
      },
      {
        id: "verdict",
        header: "Last run",
        accessorFn: (row) => ({ green: 3, amber: 2, red: 1 })[row.run?.level ?? ("" as "red")] ?? 0,
        cell: ({ row: { original } }) =>
          original.run ? (
            <Link
              href={`/backtests/${original.run.id}`}
              className="inline-flex items-center gap-2 underline-offset-4 hover:underline"
            >
              <VerdictBadge level={original.run.level!} />
              <span className="hidden text-xs text-muted-foreground sm:inline">
                {original.run.symbol} {formatPercent(original.run.total_return, { signed: true })}
              </span>
            </Link>
          ) : (
            <span className="text-xs text-muted-foreground">Never run</span>
          ),
      },
      {
        id: "version",
        header: "Version",
        accessorFn: (row) => row.strategy.version,
        meta: { align: "right", className: "hidden sm:table-cell" },
        cell: ({ row: { original } }) => formatCount(original.strategy.version),
      },
      {
        id: "parameters",
        header: "Parameters",
        accessorFn: (row) => row.strategy.parameters.length,
        meta: { align: "right", className: "hidden md:table-cell" },
        cell: ({ row: { original } }) => formatCount(original.strategy.parameters.length),
      },
      {
        id: "updated",
        header: "Updated",
        accessorFn: (row) => row.strategy.updated_at,
        meta: { className: "hidden sm:table-cell" },
        cell: ({ row: { original } }) => (
          <span
            className="whitespace-nowrap text-muted-foreground"
            title={`${formatDateTime(original.strategy.updated_at)} UTC`}
          >
            {formatAgo(original.strategy.updated_at)}
          </span>
        ),
      },
      {
        id: "actions",
        enableSorting: false,
        header: undefined,
        meta: { align: "right", label: "Actions" },
        cell: ({ row: { original } }) => (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={`Delete ${original.strategy.name}`}
            onClick={() => setDoomed(original.strategy)}
          >
            <Trash2 aria-hidden />
          </Button>
        ),
      },
    ],
    [],
  );

  const newRule = (
    <>
      <Button asChild size="sm" variant="outline">
        <Link href="/strategies/library">
          <Library aria-hidden /> Library
        </Link>
      </Button>
      <Button asChild size="sm">
        <Link href="/strategies/new">
          <FilePlus2 aria-hidden /> New rule
        </Link>
      </Button>
    </>
  );

  return (
    <>
      <PageHeader
        title="Strategies"
        description="An idea as a short rule. Each save is a version; none is lost."
        actions={newRule}
      />
      <div className="grid grid-cols-1 gap-6">
        <Card>
          {strategies.isError ? (
            <ErrorState
              title="Your strategies could not be loaded"
              error={strategies.error}
              onRetry={() => void strategies.refetch()}
            />
          ) : strategies.isPending ? (
            <CardContent className="grid gap-2 pt-4" role="status" aria-label="Loading strategies">
              {[1, 2, 3].map((i) => (
                <Skeleton key={i} className="h-8" />
              ))}
            </CardContent>
          ) : rows.length === 0 ? (
            <EmptyState icon={ScrollText} title="No strategies yet" action={newRule}>
              Write your own rule, or begin with one of the examples below and change it.
            </EmptyState>
          ) : (
            <>
              <DataTable label="Strategies" columns={columns} rows={rows} rowId={(row) => row.strategy.id} />
              {strategies.hasNextPage && (
                <div className="flex justify-center py-2">
                  <Button
                    variant="ghost"
                    size="sm"
                    pending={strategies.isFetchingNextPage}
                    onClick={() => void strategies.fetchNextPage()}
                  >
                    Load more
                  </Button>
                </div>
              )}
            </>
          )}
        </Card>

        <section aria-labelledby="examples">
          <h2 id="examples" className="mb-2 text-sm font-semibold">
            Begin with an example
          </h2>
          {examples.isError && <ErrorNote error={examples.error} />}
          <div className="grid grid-cols-1 gap-3 lg:grid-cols-3">
            {examples.isPending && [1, 2, 3].map((i) => <Skeleton key={i} className="h-64" />)}
            {examples.data?.map((example) => (
              <Card key={example.name} className="flex min-w-0 flex-col">
                <CardHeader>
                  <CardTitle className="font-semibold">{example.name}</CardTitle>
                </CardHeader>
                <CardContent className="flex flex-1 flex-col gap-3">
                  <p className="text-[0.8125rem] text-muted-foreground">{example.summary}</p>
                  <RuleText
                    source={example.source}
                    label={`Rule ${example.name}`}
                    className="max-h-52 flex-1"
                  />
                  <Button asChild variant="outline" size="sm" className="self-start">
                    <Link href={`/strategies/new?example=${encodeURIComponent(example.name)}`}>
                      Start from this
                    </Link>
                  </Button>
                </CardContent>
              </Card>
            ))}
          </div>
        </section>
      </div>
      <ConfirmDialog
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        title={`Delete “${doomed?.name ?? ""}”?`}
        description="Every version of it will be gone. Its reports stay and keep the text they ran."
        confirmLabel="Delete strategy"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(doomed!.id, {
            onSuccess: () => {
              toast.success(`“${doomed!.name}” is deleted.`);
              setDoomed(null);
            },
          })
        }
      />
    </>
  );
}
