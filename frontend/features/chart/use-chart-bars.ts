"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { MAXIMUM_PAGE_BARS, useBars } from "@/features/chart/api";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import { firstStored } from "@/features/chart/bars";
import type { Interval } from "@/features/chart/intervals";
import { joinLive, joinTimes, pruneTail, type LiveState } from "@/features/chart/live-bars";
import { useLiveTail, useStoredChanges } from "@/features/chart/use-live-tail";
import type { Instrument } from "@/lib/api/contract";
import { readCoverage, type InstrumentCoverage } from "@/lib/api/generated";

type Adjust = "splits" | "none";

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
  /** Who the bars come from, as the provider wants it said; null for one's own. */
  attribution?: string | null;
  /** The first bar there is, loaded or not; undefined where that is not known. */
  oldest?: number;
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

/** The stored bars of an instrument, page by page towards the past, with the live ones over and after them. */
export function useChartBars(
  instrument: Instrument,
  interval: Interval,
  adjust: Adjust,
  firstPageBars: number,
): ChartBars {
  const request = useMemo(
    () => ({ symbol: instrument.symbol, interval, adjust }),
    [instrument.symbol, interval, adjust],
  );
  const queries = useQueryClient();
  const { bars: stored, ...query } = useBars(request, firstPageBars);
  const newest = stored.time.at(-1);
  const { refetch } = query;
  const askAgain = useStoredChanges(instrument.id, interval, () => {
    void refetch();
    // New bars may have brought a new interval, and another last price.
    void queries.invalidateQueries({ queryKey: ["instruments"] });
    void queries.invalidateQueries({ queryKey: coverageKey(instrument.id) });
  });
  const heard = useLiveTail(instrument.id, interval, newest, askAgain);
  const tail = useMemo(() => pruneTail(heard.tail, newest), [heard.tail, newest]);
  const times = useMemo(() => joinTimes(stored.time, tail.times), [stored.time, tail.times]);
  const bars = useMemo(() => joinLive(stored, tail, times), [stored, tail, times]);
  const coverage = useCoverage(instrument.id);
  return {
    bars,
    steady: stored,
    state: heard.state,
    // Who the bars come from, as the provider wants it said; null for one's own.
    attribution: coverage?.provider?.attribution ?? null,
    oldest: coverage && firstStored(coverage.series, interval),
    isPending: query.isPending,
    isLoaded: query.isSuccess,
    error: query.error,
    reload: () => void refetch(),
    hasOlder: query.hasNextPage,
    isLoadingOlder: query.isFetchingNextPage,
    hasOlderFailed: query.isFetchNextPageError,
    loadOlder: () => void query.fetchNextPage(),
  };
}

const coverageKey = (instrumentId: string) => ["chart coverage", instrumentId] as const;

/** What is stored of an instrument, and who it comes from. */
function useCoverage(instrumentId: string): InstrumentCoverage | undefined {
  const { data } = useQuery({
    queryKey: coverageKey(instrumentId),
    queryFn: async ({ signal }) =>
      (await readCoverage({ path: { instrument_id: instrumentId }, signal })).data,
    staleTime: 300_000,
    retry: 1,
  });
  return data;
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
