"use client";

import { CandlestickChart, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/sonner";
import { fetchCoverage, useAddInstrument } from "@/features/feeds/api";
import { AddUnderDialog } from "@/features/feeds/components/add-under-dialog";
import { bodyToAdd, type HistoryChoice } from "@/features/feeds/history-choice";
import { ASSET_CLASSES, chartHref } from "@/features/market/labels";
import type { Interval } from "@/lib/api/contract";
import type { SymbolRead } from "@/lib/api/generated";
import { toApiProblem } from "@/lib/api/problem";

/** One result: what it is, and adding it or, where it is here already, opening it. */
export function FoundSymbol({
  found,
  intervals,
  history,
}: {
  found: SymbolRead;
  intervals: readonly Interval[];
  history: HistoryChoice;
}) {
  const router = useRouter();
  const add = useAddInstrument();
  const [isOpening, setOpening] = useState(false);
  const isTaken = toApiProblem(add.error).code === "symbol_taken";
  const isHere = found.instrument_id !== null;

  function start(symbol?: string) {
    add.mutate(bodyToAdd(found, history, intervals, new Date(), symbol), {
      onSuccess: ({ instrument }) => {
        toast.success(`${instrument.symbol} is added`, {
          description: "Its history comes in the background.",
        });
        router.push(chartHref(instrument.symbol));
      },
    });
  }

  async function open() {
    setOpening(true);
    try {
      router.push(chartHref((await fetchCoverage(found.instrument_id!)).symbol));
    } catch (error) {
      setOpening(false);
      toast.error(`${found.symbol} could not be opened`, { description: toApiProblem(error).message });
    }
  }

  const place = [found.exchange, found.country].filter(Boolean).join(", ");
  const name = [found.symbol, found.name, found.provider_title].join(", ");
  return (
    <li className="px-4 py-2">
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{found.symbol}</span>
            <span className="min-w-0 truncate text-muted-foreground">{found.name}</span>
          </p>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted-foreground">
            {place && <span>{place}</span>}
            <span>{ASSET_CLASSES[found.asset_class]}</span>
            {found.currency && <span>{found.currency}</span>}
            {isHere && <Badge variant="up">added</Badge>}
          </p>
        </div>
        {isHere ? (
          <Button
            data-result
            variant="outline"
            size="sm"
            pending={isOpening}
            aria-label={`Open ${name}`}
            onClick={() => void open()}
          >
            <CandlestickChart aria-hidden /> Open
          </Button>
        ) : (
          <Button
            data-result
            size="sm"
            pending={add.isPending}
            aria-label={`Add ${name}`}
            onClick={() => start()}
          >
            <Plus aria-hidden /> Add
          </Button>
        )}
      </div>
      {add.error && !isTaken && <ErrorNote error={add.error} className="mt-2" />}
      {add.error && isTaken && (
        <AddUnderDialog
          found={found}
          error={add.error}
          isPending={add.isPending}
          onAdd={start}
          onClose={() => add.reset()}
        />
      )}
    </li>
  );
}
