"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { useMemo, useState } from "react";

import { DataTable } from "@/components/common/data-table";
import { toneOf } from "@/components/common/figure";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { isTinted, METRIC_TEXTS, type MetricName } from "@/features/backtests/metric-texts";
import { SetDialog } from "@/features/research/components/set-popover";
import type { Sweep } from "@/features/research/contract";
import { print } from "@/features/research/ranges";
import { bestRows, figuresAt, findRow, keepsLimits, setAt, type Results } from "@/features/research/results";
import { metricLabel, printMetric, wantedMetrics } from "@/features/research/texts";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";

const MOST_ROWS = 100;
const FIRST_ROWS = 20;

type Row = {
  row: number;
  parameters: Record<string, number>;
  metrics: Record<string, number | null>;
  keeps: boolean;
};

/** The best sets with their figures: what the heatmap shows, to read and to sort. */
export function SetTable({ sweep, results }: { sweep: Sweep; results: Results }) {
  const { objective, constraints } = sweep;
  const [opened, setOpened] = useState<Row | null>(null);
  const rows = useMemo(
    () =>
      bestRows(results, objective, MOST_ROWS, constraints).map((row): Row => ({
        row,
        parameters: setAt(results, row),
        metrics: figuresAt(results, row),
        keeps: keepsLimits(results, row, constraints),
      })),
    [results, objective, constraints],
  );
  const plateauRow = useMemo(
    () => (sweep.plateau ? findRow(results, sweep.plateau.parameters) : -1),
    [results, sweep.plateau],
  );
  const columns = useMemo((): ColumnDef<Row>[] => {
    const names = wantedMetrics(objective);
    return [
      ...sweep.axes.map(({ name }): ColumnDef<Row> => ({
        id: `p:${name}`,
        header: () => <span className="font-mono">{name}</span>,
        accessorFn: (row) => row.parameters[name],
        meta: { align: "right" },
        cell: ({ row }) => <span className="font-medium">{print(row.original.parameters[name]!)}</span>,
      })),
      ...names.map((name, place): ColumnDef<Row> => ({
        id: name,
        header: metricLabel(name),
        accessorFn: (row) => row.metrics[name] ?? undefined,
        sortUndefined: "last",
        sortDescFirst: true,
        meta: {
          align: "right",
          className: place < 3 ? undefined : place < 6 ? "hidden md:table-cell" : "hidden xl:table-cell",
        },
        cell: ({ row }) => {
          const text = METRIC_TEXTS.get(name as MetricName);
          const value = row.original.metrics[name];
          return (
            <span className={cn("whitespace-nowrap", text && isTinted(text) && toneOf(value))}>
              {printMetric(name, value)}
            </span>
          );
        },
      })),
      {
        id: "note",
        header: "",
        enableSorting: false,
        meta: { label: "Note" },
        cell: ({ row: { original } }) =>
          original.row === plateauRow ? (
            <Badge variant="primary">Plateau</Badge>
          ) : !original.keeps ? (
            <Badge variant="warn" title="Breaks the limits of this search: never chosen as the best">
              Breaks limits
            </Badge>
          ) : null,
      },
    ];
  }, [sweep.axes, objective, plateauRow]);

  return (
    <Card>
      <CardHeader className="flex-wrap">
        <CardTitle>Best sets</CardTitle>
        <span className="text-xs text-muted-foreground">
          {results.count > rows.length
            ? `The best ${formatCount(rows.length)} of ${formatCount(results.count)} by ${metricLabel(objective)}. `
            : ""}
          A row opens its set.
        </span>
      </CardHeader>
      {rows.length === 0 ? (
        <CardContent>
          <p className="text-[0.8125rem] text-muted-foreground">
            {sweep.status === "succeeded"
              ? `No set has a ${metricLabel(objective)}: none of them traded enough.`
              : "The first sets appear here as soon as they are done."}
          </p>
        </CardContent>
      ) : (
        <>
          <DataTable
            label="Best sets"
            columns={columns}
            rows={rows}
            rowId={(row) => String(row.row)}
            pageSize={FIRST_ROWS}
            onRowSelect={setOpened}
            selectedId={opened ? String(opened.row) : null}
          />
          <SetDialog
            set={
              opened && {
                sweepId: sweep.id,
                parameters: { ...sweep.fixed, ...opened.parameters },
                metrics: opened.metrics,
                names: wantedMetrics(objective),
              }
            }
            note={
              opened?.keeps === false ? "Breaks the limits of this search: never chosen as the best." : null
            }
            onClose={() => setOpened(null)}
          />
        </>
      )}
    </Card>
  );
}
