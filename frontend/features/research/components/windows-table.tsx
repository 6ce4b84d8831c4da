"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { useMemo } from "react";

import { DataTable } from "@/components/common/data-table";
import { toneOf } from "@/components/common/figure";
import type { WalkForward, WalkForwardWindow } from "@/features/research/contract";
import { describeSet } from "@/features/research/ranges";
import { metricLabel, printMetric } from "@/features/research/texts";
import { formatDate, formatPercent } from "@/lib/format";

const gain = (value: number | null | undefined) => formatPercent(value, { signed: true, digits: 1 });

/** Every window: when, what was chosen, and how it did in training and after. */
export function WindowsTable({ run }: { run: WalkForward }) {
  const columns = useMemo((): ColumnDef<WalkForwardWindow>[] => {
    const name = run.objective as "sharpe";
    return [
      {
        id: "test",
        header: "Test",
        accessorFn: (window) => window.test_start,
        cell: ({ row: { original: window } }) => (
          <span
            className="whitespace-nowrap tabular-nums"
            title={`Trained ${formatDate(window.train_start)} to ${formatDate(window.train_end)}`}
          >
            {formatDate(window.test_start)}
            <span className="hidden sm:inline"> to {formatDate(window.test_end)}</span>
          </span>
        ),
      },
      {
        id: "chosen",
        header: "Chosen",
        enableSorting: false,
        cell: ({ row: { original: window } }) =>
          window.parameters ? (
            <span className="whitespace-nowrap tabular-nums">{describeSet(window.parameters)}</span>
          ) : (
            <span className="text-muted-foreground">no set was fit; stayed out</span>
          ),
      },
      ...(["train", "test"] as const).map((part): ColumnDef<WalkForwardWindow> => ({
        id: `${part} objective`,
        header: `${metricLabel(name)}, ${part}`,
        accessorFn: (window) => window[part]?.[name] ?? undefined,
        sortUndefined: "last",
        meta: { align: "right", className: part === "train" ? "hidden sm:table-cell" : undefined },
        cell: ({ row }) => printMetric(name, row.original[part]?.[name]),
      })),
      ...(["train", "test"] as const).map((part): ColumnDef<WalkForwardWindow> => ({
        id: `${part} return`,
        header: `Return, ${part}`,
        accessorFn: (window) => window[part]?.total_return ?? undefined,
        sortUndefined: "last",
        meta: { align: "right", className: part === "train" ? "hidden md:table-cell" : undefined },
        cell: ({ row }) => {
          const value = row.original[part]?.total_return;
          return <span className={toneOf(value)}>{gain(value)}</span>;
        },
      })),
      {
        id: "trades",
        header: "Trades, test",
        accessorFn: (window) => window.test?.trades ?? undefined,
        sortUndefined: "last",
        meta: { align: "right", className: "hidden md:table-cell" },
        cell: ({ row }) => printMetric("trades", row.original.test?.trades),
      },
    ];
  }, [run.objective]);
  return (
    <DataTable
      label="Windows"
      columns={columns}
      rows={run.windows}
      rowId={(window) => String(window.test_start)}
    />
  );
}
