"use client";

import { CandlestickChart, CircleCheck, CircleX, FileUp } from "lucide-react";
import Link from "next/link";

import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { Stat } from "@/components/common/figure";
import { ProgressLine, Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { isFinal, useCancelImport, useImport } from "@/features/market/api";
import { chartHref } from "@/features/market/labels";
import type { ImportRead } from "@/lib/api/generated";
import { formatCount, formatPlural } from "@/lib/format";

/** A running import's progress, then what became of each row. */
export function ImportStatus({ id, onRestart }: { id: string; onRestart: () => void }) {
  const { data, error, refetch } = useImport(id);
  const another = (
    <Button variant="outline" size="sm" onClick={onRestart}>
      <FileUp aria-hidden /> Import another file
    </Button>
  );
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} action={another} />;
  return (
    <Card className="mx-auto max-w-3xl">
      {!data && (
        <div className="p-5">
          <Spinner label="Looking for the import" />
        </div>
      )}
      {data && !isFinal(data.status) && <Running read={data} />}
      {data && isFinal(data.status) && (
        <>
          <Outcome read={data} />
          <CardFooter>
            {data.status === "succeeded" && (
              <Button asChild size="sm">
                <Link href={chartHref(data.symbol, data.interval)}>
                  <CandlestickChart aria-hidden /> Open the chart
                </Link>
              </Button>
            )}
            {another}
          </CardFooter>
        </>
      )}
    </Card>
  );
}

function Running({ read }: { read: ImportRead }) {
  const cancel = useCancelImport(read.id);
  const isQueued = read.status === "queued";
  return (
    <div className="grid gap-2 p-5">
      <ProgressLine
        label={isQueued ? "Waiting for the worker" : "Reading and storing bars"}
        value={isQueued ? null : read.progress}
        note={isQueued ? "" : `${formatPlural(read.rows_read, "row")} read`}
      />
      <div className="flex items-center justify-between gap-3">
        <p className="text-xs text-muted-foreground">You may leave this page; the import goes on.</p>
        <Button variant="outline" size="sm" pending={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel
        </Button>
      </div>
      {cancel.error && <ErrorNote error={cancel.error} />}
    </div>
  );
}

function Outcome({ read }: { read: ImportRead }) {
  const changed = read.inserted + read.updated;
  const isDone = read.status === "succeeded";
  const title = !isDone
    ? read.status === "cancelled"
      ? "The import was cancelled"
      : "The import failed; nothing was changed"
    : changed > 0
      ? `${formatPlural(changed, "bar")} of ${read.symbol} stored`
      : "Nothing new: every bar was there already";
  return (
    <div role="status">
      <CardHeader>
        <CardTitle className="flex items-center gap-2">
          {isDone ? (
            <CircleCheck className="size-4.5 text-up" aria-hidden />
          ) : (
            <CircleX className="size-4.5 text-down" aria-hidden />
          )}
          {title}
        </CardTitle>
      </CardHeader>
      <CardContent className="grid gap-4">
        {read.error && <p className="text-[0.8125rem]">{read.error.detail}</p>}
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-5">
          <Stat label="Rows read" value={read.rows_read} kind="count" />
          <Stat label="New" value={read.inserted} kind="count" />
          <Stat
            label="Replaced"
            value={read.updated}
            kind="count"
            hint="A bar of this time was there with other values."
          />
          <Stat label="Unchanged" value={read.unchanged} kind="count" />
          <Stat
            label="Rejected"
            value={read.rejected}
            kind="count"
            hint="Rows that cannot be a bar: unreadable, high below low, a price that is not above zero, a time given twice."
          />
        </div>
      </CardContent>
      {read.problems.length > 0 && (
        <div className="pb-4">
          <Table label="Rejected rows">
            <TableHeader>
              <TableRow>
                <TableHead className="w-20 pl-4 text-right">Line</TableHead>
                <TableHead>Why it was left out</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {read.problems.map((problem, index) => (
                <TableRow key={index}>
                  <TableCell className="py-1.5 pl-4 text-right tabular-nums">
                    {formatCount(problem.line)}
                  </TableCell>
                  <TableCell className="py-1.5">{problem.reason}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          {read.rejected > read.problems.length && (
            <p className="px-4 pt-2 text-xs text-muted-foreground">
              The first {formatCount(read.problems.length)} of {formatCount(read.rejected)}.
            </p>
          )}
        </div>
      )}
    </div>
  );
}
