import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { joinPages } from "@/features/chart/bars";
import type { Interval } from "@/features/chart/intervals";
import type { Bars, Instrument, Page } from "@/lib/api/contract";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";

export const OLDER_PAGE_BARS = 5_000;
export const MAXIMUM_PAGE_BARS = 50_000;

export async function searchInstruments(
  query: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Instrument[]> {
  const { data } = await http.get<Page<Instrument>>(`${API_BASE}/instruments`, {
    params: { query: query || undefined, limit },
    signal,
  });
  return data.items;
}

/** Instruments whose symbol or name holds the words; keeps the last answer on screen while the next one comes. */
export function useInstrumentSearch(query: string, isEnabled = true) {
  return useQuery({
    queryKey: ["instruments", "search", query],
    queryFn: ({ signal }) => searchInstruments(query, 20, signal),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  });
}

/** The instrument a symbol means to this user (one's own before the installation's); null when there is none. */
export function useInstrument(symbol: string | null) {
  return useQuery({
    queryKey: ["instruments", "symbol", symbol],
    queryFn: async ({ signal }) => {
      const found = await searchInstruments(symbol!, 50, signal);
      const exact = found.filter((instrument) => instrument.symbol === symbol);
      return exact.find((instrument) => instrument.scope === "private") ?? exact[0] ?? null;
    },
    enabled: symbol !== null,
  });
}

export type BarsRequest = {
  symbol: string;
  interval: Interval;
  adjust: "splits" | "none";
  start?: string;
  end?: string;
  limit: number;
};

export async function fetchBars(request: BarsRequest, signal?: AbortSignal): Promise<Bars> {
  const { data } = await http.get<Bars>(`${API_BASE}/bars`, { params: request, signal });
  return data;
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
