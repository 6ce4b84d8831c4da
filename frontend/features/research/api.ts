import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";

import { runKeys } from "@/features/backtests/api";
import type {
  ParameterSet,
  ResultsPage,
  Sweep,
  SweepPreview,
  SweepRequest,
  SweepSummary,
  WalkForward,
  WalkForwardRequest,
  WalkForwardSummary,
} from "@/features/research/contract";
import type { HeatAnswer, Reduction } from "@/features/research/heat-grid";
import { isOver, searchPollDelay } from "@/features/research/progress";
import { appendPage, NO_RESULTS, pageSize, type Results } from "@/features/research/results";
import type { Page } from "@/lib/api/contract";
import { readBacktest } from "@/lib/api/generated";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";

const LIST_PAGE = 50;
const LIST_MS = 2_000;
/** Sets in one answer. */
const RESULTS_PAGE = 10_000;
/** More sets than this are not held in the page: their heatmap comes ready from the server. */
export const MOST_HELD_SETS = 100_000;

export const researchKeys = {
  sweeps: ["sweeps"] as const,
  sweep: (id: string) => ["sweeps", "one", id] as const,
  walkForwards: ["walk-forwards"] as const,
  walkForward: (id: string) => ["walk-forwards", "one", id] as const,
};

function useSearches<Summary extends { status: Sweep["status"] }>(kind: "sweeps" | "walk-forwards") {
  const query = useInfiniteQuery({
    queryKey: [kind, "list"],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      (
        await http.get<Page<Summary>>(`${API_BASE}/${kind}`, {
          params: { limit: LIST_PAGE, cursor: pageParam ?? undefined },
          signal,
        })
      ).data,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((item) => !isOver(item.status))) ? LIST_MS : false,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

export const useSweeps = () => useSearches<SweepSummary>("sweeps");
export const useWalkForwards = () => useSearches<WalkForwardSummary>("walk-forwards");

/** A sweep; asked for again until it is over. */
export function useSweep(id: string | null) {
  return useQuery({
    queryKey: researchKeys.sweep(id ?? ""),
    queryFn: async ({ signal }) => (await http.get<Sweep>(`${API_BASE}/sweeps/${id}`, { signal })).data,
    refetchInterval: ({ state }) => searchPollDelay(state.data, Date.now()),
    enabled: id !== null,
  });
}

/** A run that a search begins with, as it stands. */
export function useRunOnce(id: string | null) {
  return useQuery({
    queryKey: runKeys.one(id ?? ""),
    queryFn: async ({ signal }) => (await readBacktest({ path: { run_id: id! }, signal })).data,
    enabled: id !== null,
  });
}

export function useWalkForward(id: string) {
  return useQuery({
    queryKey: researchKeys.walkForward(id),
    queryFn: async ({ signal }) =>
      (await http.get<WalkForward>(`${API_BASE}/walk-forwards/${id}`, { signal })).data,
    refetchInterval: ({ state }) => searchPollDelay(state.data, Date.now()),
  });
}

/** The sets of a sweep, in columns, as they are finished: each answer carries on where the last one ended. */
export function useSweepResults(sweep: Sweep | undefined, metrics: readonly string[]) {
  const client = useQueryClient();
  const id = sweep?.id ?? "";
  const key = [...researchKeys.sweep(id), "results", metrics.join(",")];
  const isHeld = sweep !== undefined && sweep.sets <= MOST_HELD_SETS;
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      let results = client.getQueryData<Results>(key) ?? NO_RESULTS;
      for (;;) {
        const after = results.sequence;
        const { data } = await http.get<ResultsPage>(`${API_BASE}/sweeps/${id}/results`, {
          params: { after, limit: RESULTS_PAGE, metrics: metrics.join(",") },
          signal,
        });
        results = appendPage(results, after, data);
        if (data.complete || pageSize(data) === 0) return results;
      }
    },
    enabled: isHeld,
    refetchInterval: ({ state }) => (state.data?.isComplete ? false : searchPollDelay(sweep, Date.now())),
    structuralSharing: false,
    staleTime: 0,
  });
}

/** The heatmap of a sweep that is too large to be held here, as the server lays it out; null: not wanted. */
export function useSweepHeatmap(
  sweep: Sweep | null,
  of: { x: string; y: string | null; metric: string; reduction: Reduction },
) {
  return useQuery({
    queryKey: [...researchKeys.sweep(sweep?.id ?? ""), "heatmap", of, sweep?.status],
    queryFn: async ({ signal }) =>
      (
        await http.get<HeatAnswer>(`${API_BASE}/sweeps/${sweep!.id}/heatmap`, {
          params: { x: of.x, y: of.y ?? undefined, metric: of.metric, reduce: of.reduction },
          signal,
        })
      ).data,
    enabled: sweep !== null,
    refetchInterval: () => searchPollDelay(sweep ?? undefined, Date.now()),
    placeholderData: keepPreviousData,
  });
}

/** How large a search would be, and how long it would take. */
export function useSweepPreview(body: SweepRequest | null) {
  return useQuery({
    queryKey: ["sweeps", "preview", body],
    queryFn: async ({ signal }) =>
      (await http.post<SweepPreview>(`${API_BASE}/sweeps/preview`, body, { signal })).data,
    enabled: body !== null,
    staleTime: 60_000,
    gcTime: 60_000,
  });
}

export function useStartSweep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: SweepRequest) =>
      (await http.post<{ id: string }>(`${API_BASE}/sweeps`, body)).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["sweeps", "list"] }),
  });
}

export function useStartWalkForward() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: WalkForwardRequest) =>
      (await http.post<{ id: string }>(`${API_BASE}/walk-forwards`, body)).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["walk-forwards", "list"] }),
  });
}

export type SweepAction = "pause" | "resume" | "cancel";

export function useSteerSweep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (action: SweepAction) =>
      (await http.post<Sweep>(`${API_BASE}/sweeps/${id}/${action}`)).data,
    onSuccess: (sweep) => client.setQueryData(researchKeys.sweep(id), sweep),
    onSettled: () => void client.invalidateQueries({ queryKey: researchKeys.sweeps }),
  });
}

export function useCancelWalkForward(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => (await http.post<WalkForward>(`${API_BASE}/walk-forwards/${id}/cancel`)).data,
    onSuccess: (run) => client.setQueryData(researchKeys.walkForward(id), run),
    onSettled: () => void client.invalidateQueries({ queryKey: researchKeys.walkForwards }),
  });
}

export function useDeleteSearch(kind: "sweeps" | "walk-forwards") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => void (await http.delete(`${API_BASE}/${kind}/${id}`)),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: [kind, "one", id] });
      void client.invalidateQueries({ queryKey: [kind, "list"] });
    },
  });
}

/** Runs one set of a sweep as a backtest of its own. */
export function useOpenSet(sweepId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (parameters: ParameterSet) =>
      (await http.post<{ id: string }>(`${API_BASE}/sweeps/${sweepId}/open`, { parameters })).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["runs", "list"] }),
  });
}

/** Every set with its figures as a file; fetched with the session's token, which a plain link could not carry. */
export async function fetchResultsFile(sweepId: string, metrics: readonly string[]): Promise<Blob> {
  const { data } = await http.get<Blob>(`${API_BASE}/sweeps/${sweepId}/results`, {
    params: { format: "csv", metrics: metrics.join(",") },
    responseType: "blob",
    headers: { Accept: "text/csv, application/problem+json" },
  });
  return data;
}
