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
  Sweep,
  SweepRequest,
  SweepSummary,
  WalkForwardRequest,
  WalkForwardSummary,
} from "@/features/research/contract";
import type { Reduction } from "@/features/research/heat-grid";
import { isOver, searchPollDelay } from "@/features/research/progress";
import { appendPage, NO_RESULTS, pageSize, type Results } from "@/features/research/results";
import type { Page } from "@/lib/api/contract";
import {
  cancelSweep,
  cancelWalkForward,
  createSweep,
  createWalkForward,
  deleteSweep,
  deleteWalkForward,
  listSweeps,
  listWalkForwards,
  openSweepSet,
  pauseSweep,
  previewSweep,
  readBacktest,
  readSweep,
  readSweepHeatmap,
  readSweepResults,
  readWalkForward,
  resumeSweep,
} from "@/lib/api/generated";
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

function useSearches<Summary extends { status: SweepSummary["status"] }>(
  kind: "sweeps" | "walk-forwards",
  list: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Summary>>,
) {
  const query = useInfiniteQuery({
    queryKey: [kind, "list"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => list(pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((item) => !isOver(item.status))) ? LIST_MS : false,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

export function useSweeps() {
  return useSearches<SweepSummary>(
    "sweeps",
    async (cursor, signal) => (await listSweeps({ query: { limit: LIST_PAGE, cursor }, signal })).data,
  );
}

export function useWalkForwards() {
  return useSearches<WalkForwardSummary>(
    "walk-forwards",
    async (cursor, signal) => (await listWalkForwards({ query: { limit: LIST_PAGE, cursor }, signal })).data,
  );
}

/** A sweep; asked for again until it is over. */
export function useSweep(id: string | null) {
  return useQuery({
    queryKey: researchKeys.sweep(id ?? ""),
    queryFn: async ({ signal }) => (await readSweep({ path: { sweep_id: id! }, signal })).data,
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
    queryFn: async ({ signal }) => (await readWalkForward({ path: { run_id: id }, signal })).data,
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
        const { data } = await readSweepResults({
          path: { sweep_id: id },
          query: { after, limit: RESULTS_PAGE, metrics: metrics.join(",") },
          signal,
        });
        results = appendPage(results, after, data);
        if (data.complete || pageSize(data) === 0) return results;
      }
    },
    enabled: isHeld,
    // The last sets may come after the sweep is known to be over: asked for until the server says that it is all.
    refetchInterval: ({ state }) =>
      state.data?.isComplete
        ? false
        : state.status === "error"
          ? LIST_MS * 2
          : searchPollDelay(sweep, Date.now()) || LIST_MS,
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
        await readSweepHeatmap({
          path: { sweep_id: sweep!.id },
          query: { x: of.x, y: of.y ?? undefined, metric: of.metric, reduce: of.reduction },
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
    queryFn: async ({ signal }) => (await previewSweep({ body: body!, signal })).data,
    enabled: body !== null,
    staleTime: 60_000,
    gcTime: 60_000,
  });
}

export function useStartSweep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: SweepRequest) => (await createSweep({ body })).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["sweeps", "list"] }),
  });
}

export function useStartWalkForward() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: WalkForwardRequest) => (await createWalkForward({ body })).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["walk-forwards", "list"] }),
  });
}

const STEER = { pause: pauseSweep, resume: resumeSweep, cancel: cancelSweep };
export type SweepAction = keyof typeof STEER;

export function useSteerSweep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (action: SweepAction) => (await STEER[action]({ path: { sweep_id: id } })).data,
    onSuccess: (sweep) => client.setQueryData(researchKeys.sweep(id), sweep),
    onSettled: () => void client.invalidateQueries({ queryKey: researchKeys.sweeps }),
  });
}

export function useCancelWalkForward(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => (await cancelWalkForward({ path: { run_id: id } })).data,
    onSuccess: (run) => client.setQueryData(researchKeys.walkForward(id), run),
    onSettled: () => void client.invalidateQueries({ queryKey: researchKeys.walkForwards }),
  });
}

export function useDeleteSearch(kind: "sweeps" | "walk-forwards") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      if (kind === "sweeps") await deleteSweep({ path: { sweep_id: id } });
      else await deleteWalkForward({ path: { run_id: id } });
    },
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
      (await openSweepSet({ path: { sweep_id: sweepId }, body: { parameters } })).data,
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
