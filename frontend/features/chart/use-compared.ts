"use client";

import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { fetchBars, MAXIMUM_PAGE_BARS } from "@/features/chart/api";
import type { ChartColours } from "@/features/chart/chart-colours";
import type { ChartView } from "@/features/chart/chart-view";
import { alignCloses, compareColour } from "@/features/chart/compare";
import { CompareLines, type ComparedLine } from "@/features/chart/compare-lines";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import { whyNotCompared, type Interval } from "@/features/chart/intervals";
import { NO_BARS } from "@/features/chart/bars";
import { buildTimeAxis } from "@/features/chart/time-axis";
import { instrumentOptions } from "@/features/market/api";

export type Compared = ComparedLine & { isPending: boolean; isEmpty: boolean; error: unknown };

/** The closes of other symbols over the bars that are loaded. */
export function useCompared(
  symbols: readonly string[],
  interval: Interval,
  adjust: "splits" | "none",
  bars: BarColumns,
): Compared[] {
  const oldest = bars.time[0];
  const queryClient = useQueryClient();
  const queries = useQueries({
    queries: symbols.map((symbol) => ({
      queryKey: ["bars", "compare", symbol, interval, adjust, oldest],
      enabled: oldest !== undefined,
      staleTime: 60_000,
      refetchInterval: 60_000,
      placeholderData: (before: BarColumns | undefined) => before,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const other = await queryClient.fetchQuery({ ...instrumentOptions(symbol), staleTime: 60_000 });
        if (other && whyNotCompared(other.intervals, interval) !== null) return NO_BARS;
        return fetchBars(
          {
            symbol,
            interval,
            adjust,
            start: new Date(oldest! * 1000).toISOString(),
            limit: MAXIMUM_PAGE_BARS,
          },
          signal,
        );
      },
    })),
    combine: (results) =>
      results.map(({ data, isPending, error }) => ({
        data: data as BarColumns | undefined,
        isPending,
        error,
      })),
  });
  return useMemo(
    () =>
      queries.map(({ data, isPending, error }, i) => ({
        symbol: symbols[i]!,
        colour: compareColour(i),
        values: data ? alignCloses(bars.time, data) : new Float64Array(bars.time.length).fill(Number.NaN),
        isPending,
        isEmpty: data?.time.length === 0,
        error,
      })),
    [queries, symbols, bars.time],
  );
}

/** Draws compared symbols on a chart. */
export function useCompareLines(
  view: ChartView | null,
  colours: ChartColours | null,
  lines: readonly ComparedLine[],
  times: readonly number[],
  timeZone: string | null,
): void {
  const drawn = useRef<CompareLines | null>(null);
  useEffect(() => {
    drawn.current = view && new CompareLines(view.parts);
  }, [view]);
  useEffect(() => {
    if (colours) drawn.current?.show(lines, buildTimeAxis(times, timeZone).keys, colours);
  }, [view, colours, lines, times, timeZone]);
}
