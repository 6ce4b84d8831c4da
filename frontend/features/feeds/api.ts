"use client";

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";

import { holdBackfill, isOver } from "@/features/feeds/backfill-words";
import {
  addInstrument,
  cancelBackfill,
  findSymbols,
  listBackfills,
  listCatalogue,
  listProviders,
  readCoverage,
  refreshInstrument,
  startBackfill,
  type AssetClass,
  type BackfillCreate,
  type BackfillRead,
  type InstrumentFromProvider,
} from "@/lib/api/generated";
import { useChannel, useLiveStatus } from "@/lib/live";

const backfillsKey = ["backfills", "open"] as const;
const catalogueKey = ["catalogue"] as const;
const providersKey = ["providers"] as const;
const POLL_MS = 30_000;
const POLL_OFFLINE_MS = 4_000;

/** Where data can come from, and what is left of each quota. */
export function useProviders({ isWatched = false }: { isWatched?: boolean } = {}) {
  return useQuery({
    queryKey: providersKey,
    queryFn: async ({ signal }) => (await listProviders({ signal })).data.items,
    refetchInterval: isWatched ? 10_000 : false,
  });
}

/** What providers have for some letters. Asking may cost credits, so an answer is kept and a failure not repeated. */
export function useSymbolSearch(query: string, assetClass: AssetClass | undefined) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ["symbols", query, assetClass ?? null],
    queryFn: async ({ signal }) => {
      const { data } = await findSymbols({ query: { query, asset_class: assetClass, limit: 50 }, signal });
      void queries.invalidateQueries({ queryKey: providersKey });
      return data;
    },
    enabled: query !== "",
    staleTime: 300_000,
    refetchOnWindowFocus: false,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/** Everything that shows what is stored, anew. */
function refreshData(queries: QueryClient) {
  for (const key of [catalogueKey, ["coverage"], ["instruments"]])
    void queries.invalidateQueries({ queryKey: key });
}

function holdInCache(queries: QueryClient, backfills: readonly BackfillRead[]) {
  queries.setQueryData<BackfillRead[]>(backfillsKey, (held = []) => backfills.reduce(holdBackfill, held));
}

export function useAddInstrument() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: InstrumentFromProvider) => (await addInstrument({ body })).data,
    onSuccess: (added) => {
      holdInCache(queries, added.backfills);
      // They may be over by now, and nobody here was listening.
      void queries.invalidateQueries({ queryKey: backfillsKey });
      void queries.invalidateQueries({ queryKey: ["symbols"] });
      refreshData(queries);
    },
  });
}

/** One's back-fills that are under way, and those that ended while the page stood: told live, asked for in between. */
export function useBackfills() {
  const queries = useQueryClient();
  const status = useLiveStatus();
  const query = useQuery({
    queryKey: backfillsKey,
    queryFn: async ({ signal }) => {
      const { data } = await listBackfills({ query: { open: true, limit: 100 }, signal });
      const before = queries.getQueryData<BackfillRead[]>(backfillsKey) ?? [];
      const open = new Set(data.items.map((one) => one.id));
      // One that is neither among the open ones nor told to be over ended unheard.
      const ended = before.filter((one) => isOver(one) || open.has(one.id));
      if (ended.length < before.length) refreshData(queries);
      return data.items.reduce(holdBackfill, ended);
    },
    refetchOnMount: "always",
    refetchInterval: status === "live" ? POLL_MS : POLL_OFFLINE_MS,
  });
  useChannel<BackfillRead>(
    "backfills",
    (backfill) => {
      holdInCache(queries, [backfill]);
      if (isOver(backfill)) {
        refreshData(queries);
        void queries.invalidateQueries({ queryKey: providersKey });
      }
    },
    () => void queries.invalidateQueries({ queryKey: backfillsKey }),
  );
  return query;
}

/** The back-fills of one instrument, in the order in which they were asked for. */
export function useBackfillsOf(instrumentId: string): BackfillRead[] {
  const { data } = useBackfills();
  return useMemo(
    () => data?.filter((one) => one.instrument_id === instrumentId).sort(byAge) ?? [],
    [data, instrumentId],
  );
}

const byAge = (a: BackfillRead, b: BackfillRead) => (a.id < b.id ? -1 : 1);

export function useCancelBackfill() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await cancelBackfill({ path: { backfill_id: id } })).data,
    onSuccess: (backfill) => {
      holdInCache(queries, [backfill]);
      refreshData(queries);
    },
  });
}

export function useStartBackfill(instrumentId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: BackfillCreate) =>
      (await startBackfill({ path: { instrument_id: instrumentId }, body })).data,
    onSuccess: (backfill) => {
      holdInCache(queries, [backfill]);
      refreshData(queries);
    },
  });
}

export function useRefreshInstrument() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await refreshInstrument({ path: { instrument_id: id } })).data,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: backfillsKey });
      refreshData(queries);
    },
  });
}

/** What is stored of an instrument and where it comes from. Asking counts as looking: its back-fills go first. */
export function useCoverage(instrumentId: string | null) {
  return useQuery({
    queryKey: ["coverage", instrumentId],
    queryFn: ({ signal }) => fetchCoverage(instrumentId!, signal),
    enabled: instrumentId !== null,
  });
}

export async function fetchCoverage(instrumentId: string, signal?: AbortSignal) {
  return (await readCoverage({ path: { instrument_id: instrumentId }, signal })).data;
}

/** The data that there is, page by page. Stored bars that change are told live. */
export function useCatalogue(filter: { query?: string; asset_class?: AssetClass } = {}, pageSize = 25) {
  const queries = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: [...catalogueKey, filter, pageSize],
    queryFn: async ({ pageParam, signal }) => {
      const asked = { ...filter, query: filter.query || undefined, limit: pageSize, cursor: pageParam };
      return (await listCatalogue({ query: asked, signal })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
  useChannel(
    "instruments",
    () => {
      if (!queries.isFetching({ queryKey: catalogueKey }))
        void queries.invalidateQueries({ queryKey: catalogueKey });
    },
    () => void queries.invalidateQueries({ queryKey: catalogueKey }),
  );
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}
