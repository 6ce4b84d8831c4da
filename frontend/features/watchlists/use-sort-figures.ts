"use client";

import { useCallback, useEffect, useState } from "react";

import { toFigures } from "@/features/watchlists/quote";
import { useQuoteStore } from "@/features/watchlists/quotes";
import type { Item, SortColumn } from "@/features/watchlists/order";

const AGAIN_MS = 3_000;

export type SortFigure = (item: Item, column: Exclude<SortColumn, "symbol">) => number | null;

/** Figures to sort by. They are looked at every few seconds only: rows that jump at each price cannot be read. */
export function useSortFigures(isSorted: boolean): SortFigure {
  const [held, setHeld] = useState(() => useQuoteStore.getState().held);
  useEffect(() => {
    if (!isSorted) return;
    const timer = setInterval(() => setHeld(useQuoteStore.getState().held), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isSorted]);
  return useCallback(
    (item, column) => {
      const figures = toFigures(item.instrument, held[item.instrument.id]?.quote, "live");
      return { last: figures.last, change: figures.changePercent, volume: figures.volume }[column];
    },
    [held],
  );
}
