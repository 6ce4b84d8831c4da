"use client";

import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import {
  cancelImport,
  createImport,
  deleteInstrument,
  listImports,
  listInstruments,
  listSplits,
  readImport,
  replaceSplits,
  updateInstrument,
  type AssetClass,
  type ImportStatus,
  type InstrumentUpdate,
  type Interval,
  type SplitBody,
} from "@/lib/api/generated";

export interface InstrumentFilter {
  query?: string;
  asset_class?: AssetClass;
}

const instrumentsKey = ["instruments"] as const;

export function useInstruments(filter: InstrumentFilter = {}) {
  return useInfiniteQuery({
    queryKey: [...instrumentsKey, "list", filter],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filter, query: filter.query || undefined, limit: 100, cursor: pageParam };
      return (await listInstruments({ query, signal })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** The instrument that this symbol means to the one who asks: the own one first. */
export const instrumentOptions = (symbol: string) =>
  queryOptions({
    queryKey: [...instrumentsKey, "symbol", symbol],
    queryFn: async ({ signal }) => {
      const { items } = (await listInstruments({ query: { query: symbol, limit: 100 }, signal })).data;
      const same = items.filter((item) => item.symbol === symbol);
      return same.find((item) => item.scope === "private") ?? same[0] ?? null;
    },
  });

export function useInstrumentOfSymbol(symbol: string) {
  return useQuery({ ...instrumentOptions(symbol), enabled: symbol.length > 0 });
}

export function useUpdateInstrument(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: InstrumentUpdate) =>
      (await updateInstrument({ path: { instrument_id: id }, body: change })).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: instrumentsKey }),
  });
}

export function useDeleteInstrument(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await deleteInstrument({ path: { instrument_id: id } });
    },
    onSuccess: () => {
      for (const queryKey of [instrumentsKey, ["catalogue"], ["backfills"], ["symbols"]])
        void queries.invalidateQueries({ queryKey });
    },
  });
}

export function useSplits(id: string) {
  return useQuery({
    queryKey: [...instrumentsKey, "splits", id],
    queryFn: async ({ signal }) => (await listSplits({ path: { instrument_id: id }, signal })).data,
  });
}

export function useSaveSplits(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (splits: SplitBody[]) =>
      (await replaceSplits({ path: { instrument_id: id }, body: splits })).data,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: instrumentsKey });
      void queries.invalidateQueries({ queryKey: ["bars"] });
    },
  });
}

export interface ImportForm {
  file: File;
  symbol: string;
  interval: Interval;
  timezone?: string;
  asset_class?: AssetClass;
  name?: string;
  calendar?: string;
  date_format?: string;
  scope?: "private" | "installation";
}

export function useStartImport(onProgress: (share: number) => void) {
  return useMutation({
    mutationFn: async ({ form: { file, ...fields }, signal }: { form: ImportForm; signal: AbortSignal }) => {
      const answer = await createImport({
        // The file comes last, so that a server reading the form in order knows the fields before the bytes.
        body: { ...fields, file },
        signal,
        onUploadProgress: ({ loaded, total }) => onProgress(total ? loaded / total : 0),
      });
      return answer.data;
    },
  });
}

const FINAL: ReadonlySet<ImportStatus> = new Set(["succeeded", "failed", "cancelled"]);

export function isFinal(status: ImportStatus): boolean {
  return FINAL.has(status);
}

export function useImport(id: string) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ["imports", id],
    queryFn: async ({ signal }) => {
      const { data } = await readImport({ path: { import_id: id }, signal });
      if (isFinal(data.status)) {
        void queries.invalidateQueries({ queryKey: instrumentsKey });
        void queries.invalidateQueries({ queryKey: ["bars"] });
      }
      return data;
    },
    staleTime: Infinity,
    refetchInterval: ({ state }) => (state.data && isFinal(state.data.status) ? false : 500),
  });
}

export function useRecentImports() {
  return useQuery({
    queryKey: ["imports", "recent"],
    queryFn: async ({ signal }) => (await listImports({ query: { limit: 5 }, signal })).data.items,
    refetchInterval: ({ state }) => (state.data?.some((read) => !isFinal(read.status)) ? 1000 : false),
  });
}

export function useCancelImport(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await cancelImport({ path: { import_id: id } });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["imports", id] }),
  });
}
