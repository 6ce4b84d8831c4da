import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { joinPages } from "@/features/chart/bars";
import type { Interval } from "@/features/chart/intervals";
import { useInstrumentOfSymbol } from "@/features/market/api";
import { listInstruments, readBars, type BarColumnsRead } from "@/lib/api/generated";

export const OLDER_PAGE_BARS = 5_000;
export const MAXIMUM_PAGE_BARS = 50_000;

/** Instruments whose symbol or name holds the words; keeps the last answer on screen while the next one comes. */
export function useInstrumentSearch(query: string, isEnabled = true) {
  return useQuery({
    queryKey: ["instruments", "search", query],
    queryFn: async ({ signal }) =>
      (await listInstruments({ query: { query: query || undefined, limit: 20 }, signal })).data.items,
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  });
}

/** The instrument a symbol means to this user (one's own before the installation's); null when there is none. */
export function useInstrument(symbol: string | null) {
  return useInstrumentOfSymbol(symbol ?? "");
}

export type BarsRequest = {
  symbol: string;
  interval: Interval;
  adjust: "splits" | "none";
  start?: string;
  end?: string;
  limit: number;
};

export async function fetchBars(request: BarsRequest, signal?: AbortSignal): Promise<BarColumnsRead> {
  const { data } = await readBars({ query: { ...request, format: "columns" }, signal });
  return data as BarColumnsRead;
}

function instant(time: number): string {
  return new Date(time * 1000).toISOString();
}

/** Bars newest first, page by page; `firstPageBars` is how many the first look wants. */
export function useBars(
  request: { symbol: string; interval: Interval; adjust: "splits" | "none" } | null,
  firstPageBars: number,
) {
  const query = useInfiniteQuery({
    queryKey: ["bars", request?.symbol, request?.interval, request?.adjust],
    enabled: request !== null,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    initialPageParam: { limit: firstPageBars } as { limit: number; end?: string },
    queryFn: ({ pageParam, signal }) => fetchBars({ ...request!, ...pageParam }, signal),
    getNextPageParam: (last, _pages, param) =>
      last.time.length < param.limit ? undefined : { limit: OLDER_PAGE_BARS, end: instant(last.time[0]!) },
  });
  const pages = query.data?.pages;
  const bars = useMemo(() => joinPages(pages ?? []), [pages]);
  return { ...query, bars };
}
