"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { create } from "zustand";

import type { Instrument } from "@/lib/api/contract";
import { listQuotes } from "@/lib/api/generated";
import { useChannel, useLiveStatus } from "@/lib/live";
import {
  holdQuote,
  toFigures,
  type HeldQuote,
  type Quote,
  type RowFigures,
} from "@/features/watchlists/quote";

const MOST_AT_ONCE = 100;
/** A feed that died says nothing: asking now and then finds out. */
const AGAIN_MS = 60_000;
const AGAIN_OFFLINE_MS = 15_000;

interface QuoteStore {
  held: Record<string, HeldQuote>;
  hear: (quotes: readonly Quote[]) => void;
}

export const useQuoteStore = create<QuoteStore>((set) => ({
  held: {},
  hear: (quotes) =>
    set((store) => {
      const held = { ...store.held };
      for (const quote of quotes) held[quote.instrument_id] = holdQuote(held[quote.instrument_id], quote);
      return { held };
    }),
}));

async function fetchQuotes(ids: readonly string[], signal: AbortSignal): Promise<Quote[]> {
  const found: Quote[] = [];
  for (let start = 0; start < ids.length; start += MOST_AT_ONCE) {
    const query = { ids: ids.slice(start, start + MOST_AT_ONCE).join(",") };
    found.push(...(await listQuotes({ query, signal })).data.items);
  }
  return found;
}

/** Fetches the last prices of these instruments and asks again now and then; the stream brings what is newer. */
export function useQuoteSnapshot(instrumentIds: readonly string[]) {
  const status = useLiveStatus();
  const hear = useQuoteStore((store) => store.hear);
  const ids = [...instrumentIds].sort();
  const { data } = useQuery({
    queryKey: ["quotes", ids],
    queryFn: ({ signal }) => fetchQuotes(ids, signal),
    enabled: ids.length > 0,
    refetchInterval: status === "offline" ? AGAIN_OFFLINE_MS : AGAIN_MS,
  });
  useEffect(() => {
    if (data) hear(data);
  }, [data, hear]);
}

/** What a row shows of an instrument, live as long as it can be seen. */
export function useRowFigures(
  instrument: Instrument,
  isVisible: boolean,
): RowFigures & { held: HeldQuote | undefined } {
  const held = useQuoteStore((store) => store.held[instrument.id]);
  const hear = useQuoteStore((store) => store.hear);
  const status = useLiveStatus();
  useChannel<Quote>(isVisible ? `quotes:${instrument.id}` : null, (quote) => hear([quote]));
  return { ...toFigures(instrument, held?.quote, status), held };
}
