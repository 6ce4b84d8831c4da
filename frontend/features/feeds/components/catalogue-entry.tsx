"use client";

import { CandlestickChart, CloudDownload, MoreHorizontal, RotateCw, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/sonner";
import { useRefreshInstrument } from "@/features/feeds/api";
import { FetchDialog } from "@/features/feeds/components/fetch-dialog";
import { SeriesLine } from "@/features/feeds/components/series-line";
import { SourceBadge } from "@/features/feeds/components/source-badge";
import { mayChange } from "@/features/feeds/coverage-words";
import { DeleteInstrumentDialog } from "@/features/market/components/delete-instrument-dialog";
import { ASSET_CLASSES, chartHref } from "@/features/market/labels";
import type { BackfillRead, InstrumentCoverage } from "@/lib/api/generated";
import { formatPlural } from "@/lib/format";
import { toApiProblem } from "@/lib/api/problem";

/** One instrument: where its data comes from, each stored interval, and what can be done about it. */
export function CatalogueEntry({
  instrument,
  backfills,
  isAdmin,
}: {
  instrument: InstrumentCoverage;
  backfills: readonly BackfillRead[];
  isAdmin: boolean;
}) {
  const { provider } = instrument;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 px-4 py-3">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Link href={chartHref(instrument.symbol)} className="font-medium hover:underline">
              {instrument.symbol}
            </Link>
            <span className="min-w-0 truncate text-muted-foreground">{instrument.name}</span>
            {instrument.scope === "private" && <Badge variant="outline">yours</Badge>}
            <SourceBadge provider={provider} />
          </p>
          <p className="text-xs text-muted-foreground">
            {[
              ASSET_CLASSES[instrument.asset_class],
              instrument.exchange,
              instrument.splits > 0 && formatPlural(instrument.splits, "split"),
              provider?.attribution,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {instrument.splits_problem && <p className="text-xs text-warn">{instrument.splits_problem}</p>}
        </div>
        <Actions instrument={instrument} isAdmin={isAdmin} />
      </div>
      {instrument.series.length === 0 && <p className="text-xs text-muted-foreground">No bars are stored.</p>}
      {instrument.series.map((series) => (
        <SeriesLine
          key={series.interval}
          symbol={instrument.symbol}
          series={series}
          isFed={provider !== null}
          backfill={newestState(backfills, instrument.id, series.interval, series.backfill)}
        />
      ))}
    </li>
  );
}

/** What was told live of a series' back-fill, else what the catalogue said. */
function newestState(
  told: readonly BackfillRead[],
  instrumentId: string,
  interval: string,
  listed: BackfillRead | null,
): BackfillRead | null {
  const own = told.filter((one) => one.instrument_id === instrumentId && one.interval === interval);
  return (listed && own.find((one) => one.id === listed.id)) ?? listed ?? own[0] ?? null;
}

function Actions({ instrument, isAdmin }: { instrument: InstrumentCoverage; isAdmin: boolean }) {
  const [open, setOpen] = useState<"fetch" | "again" | "delete" | null>(null);
  const refresh = useRefreshInstrument();
  const isFed = instrument.provider !== null;
  const isMine = mayChange(instrument, isAdmin);
  const close = () => setOpen(null);

  function ask() {
    refresh.mutate(instrument.id, {
      onSuccess: () => toast.success(`The newest bars of ${instrument.symbol} are asked for`),
      onError: (error) =>
        toast.error(`${instrument.symbol} could not be refreshed`, {
          description: toApiProblem(error).message,
        }),
    });
  }

  return (
    <div className="flex items-center">
      {isFed && (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Ask for the newest bars of ${instrument.symbol}`}
          title="Ask for the newest bars"
          pending={refresh.isPending}
          onClick={ask}
        >
          <RotateCw aria-hidden />
        </Button>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${instrument.symbol}`}>
            <MoreHorizontal aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem asChild>
            <Link href={chartHref(instrument.symbol)}>
              <CandlestickChart aria-hidden /> Open chart
            </Link>
          </DropdownMenuItem>
          {isFed && isMine && (
            <>
              <DropdownMenuItem onSelect={() => setOpen("fetch")}>
                <CloudDownload aria-hidden /> Fetch more history
              </DropdownMenuItem>
              <DropdownMenuItem onSelect={() => setOpen("again")}>
                <RotateCw aria-hidden /> Fetch a stretch again
              </DropdownMenuItem>
            </>
          )}
          {isMine && (
            <>
              <DropdownMenuSeparator />
              <DropdownMenuItem variant="destructive" onSelect={() => setOpen("delete")}>
                <Trash2 aria-hidden /> Delete
              </DropdownMenuItem>
            </>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      {(open === "fetch" || open === "again") && (
        <FetchDialog instrument={instrument} isAgain={open === "again"} onClose={close} />
      )}
      {open === "delete" && <DeleteInstrumentDialog instrument={instrument} onClose={close} />}
    </div>
  );
}
