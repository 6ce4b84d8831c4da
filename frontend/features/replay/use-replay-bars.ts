"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import type { ChartBars } from "@/features/chart/use-chart-bars";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { Interval } from "@/features/chart/intervals";
import { useReplay } from "@/features/replay/api";
import { continueBars, withForming } from "@/features/replay/replay-bars";
import { readReplayBars, type ReplayBarsRead } from "@/lib/api/generated";

const FIRST_LOOK_BARS = 1_000;
const MOST_BARS = 5_000;
const NO_BARS: BarColumns = { time: [], open: [], high: [], low: [], close: [], volume: [] };

type Request = { symbol: string; interval: Interval; adjust: "splits" | "none" };

export type ReplayedBars = ChartBars & {
  /** Where the replay stood when these bars were given; null while there are none. */
  positionAt: string | null;
};

/** The bars of a symbol as they were known where the replay stands; a source for `BarsChart`. */
export function useReplayBars(replayId: string | null, request: Request): ReplayedBars {
  const client = useQueryClient();
  const replay = useReplay(replayId);
  const [limit, setLimit] = useState(FIRST_LOOK_BARS);
  const position = replay.data?.position_at ?? null;
  const known = useMemo(
    () =>
      ["replays", replayId, "known bars", request.symbol, request.interval, request.adjust, limit] as const,
    [replayId, request.symbol, request.interval, request.adjust, limit],
  );
  const query = useQuery({
    queryKey: [...known, position],
    enabled: replayId !== null && position !== null,
    gcTime: 10_000, // every position is a key of its own
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (previous: ReplayBarsRead | undefined, previousQuery) =>
      previousQuery?.queryKey.slice(0, known.length).join() === known.join() ? previous : undefined,
    queryFn: async ({ signal }) => {
      const ask = async (query: { start?: string; limit: number }): Promise<ReplayBarsRead> =>
        (await readReplayBars({ path: { replay_id: replayId! }, query: { ...request, ...query }, signal }))
          .data;
      const before = client.getQueryData<ReplayBarsRead>(known);
      const last = before?.time.at(-1);
      const next =
        last === undefined
          ? null
          : await ask({ start: new Date(last * 1000).toISOString(), limit: MOST_BARS });
      const bars = (before && next && continueBars(before, next)) ?? (await ask({ limit }));
      client.setQueryData(known, bars);
      return bars;
    },
  });
  const answer = query.data;
  const time = answer?.time;
  // The same columns as long as no bar came in: a chart then draws the last bar alone again.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the closed columns change exactly when their times do
  const steady = useMemo<BarColumns>(() => answer ?? NO_BARS, [time, answer?.known_splits]);
  const bars = useMemo(() => withForming(steady, answer?.forming ?? null), [steady, answer?.forming]);
  return {
    bars,
    steady,
    state: null,
    positionAt: answer?.position_at ?? null,
    isPending: replayId !== null && (replay.isPending || query.isPending),
    isLoaded: query.isSuccess,
    error: replay.error ?? query.error,
    reload: () => void (replay.error ? replay.refetch() : query.refetch()),
    hasOlder: steady.time.length >= limit && limit < MOST_BARS,
    isLoadingOlder: query.isPlaceholderData && limit > FIRST_LOOK_BARS,
    hasOlderFailed: false,
    loadOlder: () => setLimit(MOST_BARS),
  };
}
