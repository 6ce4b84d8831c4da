"use client";

import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { isOver } from "@/features/feeds/backfill-words";
import { BackfillProgress } from "@/features/feeds/components/backfill-progress";
import { CoverageBar } from "@/features/feeds/components/coverage-bar";
import { sortHoles } from "@/features/feeds/coverage-line";
import { formatBarTime, sayFreshness, sayHoles } from "@/features/feeds/coverage-words";
import type { BackfillRead, SeriesCoverage } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatCount, formatPlural } from "@/lib/format";

/** A stretch of sessions ends with the last of them, which may not be over: nothing lacks before its time. */
function untilOf(end: string, lastBarAt: string | null): string {
  return lastBarAt !== null && Date.parse(end) > Date.parse(lastBarAt) ? lastBarAt : end;
}

/** What is stored in one interval, on a time line, with the table of its holes on demand. */
export function SeriesLine({
  symbol,
  series,
  backfill,
  isFed,
}: {
  symbol: string;
  series: SeriesCoverage;
  backfill: BackfillRead | null;
  isFed: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const freshness = sayFreshness(series, isFed);
  const isBusy = backfill !== null && !isOver(backfill);
  const { interval } = series;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-md bg-muted/40 px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs tabular-nums">
        <span className="w-12 font-medium">{interval}</span>
        <span>{formatPlural(series.bar_count, "bar")}</span>
        {series.first_bar_at && (
          <span className="text-muted-foreground">
            {formatBarTime(series.first_bar_at, interval)} – {formatBarTime(series.last_bar_at, interval)}
          </span>
        )}
        {series.holes.length > 0 ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
            className="inline-flex items-center gap-1 rounded-sm text-warn hover:underline"
          >
            {sayHoles(series)}
            <ChevronDown className={cn("size-3", isOpen && "rotate-180")} aria-hidden />
          </button>
        ) : (
          <span className="text-muted-foreground">{sayHoles(series)}</span>
        )}
        {freshness && (
          <Badge variant={freshness.tone} className="ml-auto">
            {freshness.text}
          </Badge>
        )}
      </div>
      <CoverageBar symbol={symbol} series={series} backfill={isBusy ? backfill : null} />
      {series.problem && <p className="text-xs text-warn">{series.problem}</p>}
      {backfill && (isBusy || backfill.status === "failed") && <BackfillProgress backfill={backfill} />}
      {isOpen && (
        <div id={id} className="max-h-64 overflow-y-auto">
          <Table label={`Holes in the ${interval} bars of ${symbol}`}>
            <TableHeader>
              <TableRow>
                <TableHead>From</TableHead>
                <TableHead>Until</TableHead>
                <TableHead className="text-right">Missing</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {sortHoles(series.holes).map((hole) => (
                <TableRow key={hole.start}>
                  <TableCell className="tabular-nums">{formatBarTime(hole.start, interval)}</TableCell>
                  <TableCell className="tabular-nums">
                    {formatBarTime(untilOf(hole.end, series.last_bar_at), interval)}
                  </TableCell>
                  <TableCell className="text-right tabular-nums">{formatCount(hole.missing)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
    </div>
  );
}
