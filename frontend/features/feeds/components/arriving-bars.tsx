"use client";

import { useQueryClient } from "@tanstack/react-query";
import { CandlestickChart, Database, FileUp } from "lucide-react";
import Link from "next/link";

import { EmptyState } from "@/components/common/empty-state";
import { Button } from "@/components/ui/button";
import { useBackfillsOf, useCoverage } from "@/features/feeds/api";
import { isOver } from "@/features/feeds/backfill-words";
import { BackfillProgress } from "@/features/feeds/components/backfill-progress";
import type { Instrument } from "@/lib/api/contract";
import { useChannel } from "@/lib/live";

/** Where the chart will be: the instrument has no bars yet. The first that arrive make it a chart. */
export function ArrivingBars({ instrument }: { instrument: Instrument }) {
  const queries = useQueryClient();
  const coverage = useCoverage(instrument.id);
  const told = useBackfillsOf(instrument.id);
  const look = () => void queries.invalidateQueries({ queryKey: ["instruments"] });
  useChannel<{ instrument_id: string }>(
    "instruments",
    (change) => {
      if (change.instrument_id === instrument.id) look();
    },
    look,
  );
  // Of an instrument of the installation the back-fills are somebody else's: the coverage tells them.
  const heard = new Set(told.map((one) => one.id));
  const other = coverage.data?.series.flatMap(({ backfill }) => backfill ?? []) ?? [];
  const backfills = [...told, ...other.filter((one) => !heard.has(one.id))];
  const open = backfills.filter((one) => !isOver(one));
  const failed = backfills.filter((one) => one.status === "failed");
  const provider = coverage.data?.provider;
  if (open.length > 0)
    return (
      <EmptyState icon={CandlestickChart} title={`Bars of ${instrument.symbol} are on their way`}>
        <p>The chart appears as soon as the first ones are here.</p>
        <div className="mt-4 grid w-[min(26rem,80vw)] gap-3 text-left">
          {open.map((one) => (
            <BackfillProgress key={one.id} backfill={one} />
          ))}
        </div>
      </EmptyState>
    );
  return (
    <EmptyState
      icon={CandlestickChart}
      title={`${instrument.symbol} has no bars yet`}
      action={
        provider ? (
          <Button asChild size="sm">
            <Link href={dataHref(instrument.symbol)}>
              <Database aria-hidden /> Fetch its bars
            </Link>
          </Button>
        ) : (
          <Button asChild size="sm">
            <Link href="/markets/import">
              <FileUp aria-hidden /> Import a CSV
            </Link>
          </Button>
        )
      }
    >
      {failed.length > 0 ? (
        <div className="grid w-[min(26rem,80vw)] gap-3 text-left">
          {failed.map((one) => (
            <BackfillProgress key={one.id} backfill={one} />
          ))}
        </div>
      ) : provider ? (
        `Nothing came in from ${provider.title}, and nothing is on its way.`
      ) : (
        "The instrument exists, but nothing was imported into it."
      )}
    </EmptyState>
  );
}

export function dataHref(query?: string): string {
  return query ? `/markets/data?query=${encodeURIComponent(query)}` : "/markets/data";
}
