"use client";

import { useQuery } from "@tanstack/react-query";

import { FIRST_PAGE } from "@/features/home/steps";
import { isFinal } from "@/features/market/api";
import type { Instrument, Page, RunSummary, Strategy } from "@/lib/api/contract";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";

/** A first page of each room, for the overview. Keys begin with the room's name, so its changes reach here. */
function useFirstPage<T>(
  room: "instruments" | "strategies" | "backtests",
  limit: number,
  refetchInterval?: (page: Page<T>) => number | false,
) {
  return useQuery({
    queryKey: [room, "first", limit],
    queryFn: async ({ signal }) =>
      (await http.get<Page<T>>(`${API_BASE}/${room}`, { params: { limit }, signal })).data,
    refetchInterval: ({ state }) => (state.data && refetchInterval?.(state.data)) || false,
  });
}

export function useFirstInstruments() {
  return useFirstPage<Instrument>("instruments", FIRST_PAGE);
}

export function useFirstStrategies() {
  return useFirstPage<Strategy>("strategies", FIRST_PAGE);
}

/** The latest runs; asked for again while one is on its way. */
export function useLatestRuns() {
  return useFirstPage<RunSummary>("backtests", 8, (page) =>
    page.items.some((run) => !isFinal(run.status)) ? 1500 : false,
  );
}
