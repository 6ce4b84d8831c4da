import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { isOver, listPollDelay, pollDelay } from "@/features/backtests/polling";
import { toTrades } from "@/features/backtests/trades";
import {
  cancelBacktest,
  createBacktest,
  deleteBacktest,
  listBacktests,
  readBacktest,
  readBacktestEquity,
  readBacktestTrades,
  type BacktestCreate,
  type TradeColumns,
} from "@/lib/api/generated";
import { useChannel } from "@/lib/live";

const LIST_PAGE = 50;
const EQUITY_POINTS = 4_000;

export const runKeys = {
  all: ["runs"] as const,
  list: (filter: RunFilter) => ["runs", "list", filter] as const,
  one: (id: string) => ["runs", "one", id] as const,
};

export type RunFilter = { strategyId?: string };

export function useRuns(filter: RunFilter = {}) {
  const query = useInfiniteQuery({
    queryKey: runKeys.list(filter),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      (
        await listBacktests({
          query: { limit: LIST_PAGE, cursor: pageParam ?? undefined, strategy_id: filter.strategyId },
          signal,
        })
      ).data,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) => listPollDelay(state.data?.pages.flatMap((page) => page.items) ?? []),
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

/** A run; asked for again when the live connection says so, else less and less often, until it is over. */
export function useRun(id: string) {
  const client = useQueryClient();
  const run = useQuery({
    queryKey: runKeys.one(id),
    queryFn: async ({ signal }) => (await readBacktest({ path: { run_id: id }, signal })).data,
    refetchInterval: ({ state }) => pollDelay(state.data, Date.now()),
    refetchIntervalInBackground: false,
  });
  const isUnderWay = run.data !== undefined && !isOver(run.data.status);
  const askAgain = () => void client.invalidateQueries({ queryKey: runKeys.one(id), exact: true });
  useChannel(isUnderWay ? `backtest:${id}` : null, askAgain, askAgain);
  return run;
}

export function useTrades(id: string, isEnabled: boolean) {
  return useQuery({
    queryKey: [...runKeys.one(id), "trades"],
    queryFn: async ({ signal }) => {
      const { data } = await readBacktestTrades({
        path: { run_id: id },
        query: { format: "columns" },
        signal,
      });
      return toTrades(data as TradeColumns);
    },
    enabled: isEnabled,
    staleTime: Infinity,
  });
}

export function useEquity(id: string, isEnabled: boolean) {
  return useQuery({
    queryKey: [...runKeys.one(id), "equity"],
    queryFn: async ({ signal }) =>
      (await readBacktestEquity({ path: { run_id: id }, query: { max_points: EQUITY_POINTS }, signal })).data,
    enabled: isEnabled,
    staleTime: Infinity,
  });
}

/** Starts a run; its page shows the verdict while it is made. */
export function useStartRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: BacktestCreate) => (await createBacktest({ body })).data,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["runs", "list"] });
    },
  });
}

export function useCancelRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await cancelBacktest({ path: { run_id: id } })).data,
    onSuccess: (run) => client.setQueryData(runKeys.one(run.id), run),
    onSettled: () => void client.invalidateQueries({ queryKey: runKeys.all }),
  });
}

export function useDeleteRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => void (await deleteBacktest({ path: { run_id: id } })),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: runKeys.one(id) });
      void client.invalidateQueries({ queryKey: ["runs", "list"] });
    },
  });
}
