"use client";

import { useEffect } from "react";

import { MAXIMUM_PAGE_BARS, useBars, type BarsRequest } from "@/features/chart/api";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { LiveState } from "@/features/chart/live-bars";

/**
 * Where a chart's bars come from. `BarsChart` knows nothing else of its data: whoever gives it such an object decides
 * what it shows. `useChartBars` gives stored and live bars; a replay gives an object of its own,
 *
 *     <BarsChart source={useReplayBars(session)} … />
 *
 * with `bars` up to the replay's instant only, `hasOlder` and `loadOlder` over what lies before them, and `state` null
 * (nothing is live). Every step may be new columns; `steady` tells the chart what it need not draw again: while it is the
 * same object, all bars before its last one are the same too, so a replay that only appends can leave `steady` at what
 * it began with (with `bars.time` the same array while no bar came, the axis is not built again either).
 */
export type ChartBars = {
  bars: BarColumns;
  steady: BarColumns;
  /** How fresh the last bar is; null where nothing is heard. */
  state: LiveState | null;
  isPending: boolean;
  /** Loaded, be it nothing. */
  isLoaded: boolean;
  error: unknown;
  reload: () => void;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  hasOlderFailed: boolean;
  loadOlder: () => void;
};

/** The stored bars of an instrument, page by page towards the past. */
export function useChartBars(
  request: Pick<BarsRequest, "symbol" | "interval" | "adjust">,
  firstPageBars: number,
): ChartBars {
  const { bars, ...query } = useBars(request, firstPageBars);
  return {
    bars,
    steady: bars,
    state: null,
    isPending: query.isPending,
    isLoaded: query.isSuccess,
    error: query.error,
    reload: () => void query.refetch(),
    hasOlder: query.hasNextPage,
    isLoadingOlder: query.isFetchingNextPage,
    hasOlderFailed: query.isFetchNextPageError,
    loadOlder: () => void query.fetchNextPage(),
  };
}

/** Asks for older bars until the view's start is loaded; true while more are wanted. */
export function useOlderUntil(source: ChartBars, start: number | null): boolean {
  const { bars, hasOlder, isLoadingOlder, hasOlderFailed, loadOlder } = source;
  const oldest = bars.time[0];
  const isWanted =
    hasOlder &&
    oldest !== undefined &&
    bars.time.length < MAXIMUM_PAGE_BARS &&
    (start === null || start < oldest);
  useEffect(() => {
    if (isWanted && !isLoadingOlder && !hasOlderFailed) loadOlder();
  }, [isWanted, isLoadingOlder, hasOlderFailed, loadOlder]);
  return isWanted;
}
