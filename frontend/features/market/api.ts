"use client";

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import type {
  AssetClass,
  ImportRead,
  Instrument,
  Interval,
  JobStatus,
  Page,
  Split,
} from "@/lib/api/contract";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";

export interface InstrumentFilter {
  query?: string;
  asset_class?: AssetClass;
}

const instrumentsKey = ["instruments"] as const;

export function useInstruments(filter: InstrumentFilter = {}) {
  return useInfiniteQuery({
    queryKey: [...instrumentsKey, "list", filter],
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...filter, query: filter.query || undefined, limit: 100, cursor: pageParam };
      return (await http.get<Page<Instrument>>(`${API_BASE}/instruments`, { params, signal })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** The instrument that this symbol means to the one who asks: the own one first. */
export function useInstrumentOfSymbol(symbol: string) {
  return useQuery({
    queryKey: [...instrumentsKey, "symbol", symbol],
    queryFn: async ({ signal }) => {
      const params = { query: symbol, limit: 100 };
      const { items } = (await http.get<Page<Instrument>>(`${API_BASE}/instruments`, { params, signal }))
        .data;
      const same = items.filter((item) => item.symbol === symbol);
      return same.find((item) => item.scope === "private") ?? same[0] ?? null;
    },
    enabled: symbol.length > 0,
  });
}

export function useUpdateInstrument(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: { name: string }) =>
      (await http.patch<Instrument>(`${API_BASE}/instruments/${id}`, change)).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: instrumentsKey }),
  });
}

export function useDeleteInstrument(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await http.delete(`${API_BASE}/instruments/${id}`);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: instrumentsKey }),
  });
}

export function useSplits(id: string) {
  return useQuery({
    queryKey: [...instrumentsKey, "splits", id],
    queryFn: async ({ signal }) =>
      (await http.get<Split[]>(`${API_BASE}/instruments/${id}/splits`, { signal })).data,
  });
}

export function useSaveSplits(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (splits: Split[]) =>
      (await http.put<Split[]>(`${API_BASE}/instruments/${id}/splits`, splits)).data,
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
    mutationFn: async ({ form, signal }: { form: ImportForm; signal: AbortSignal }) => {
      // The file comes last, so that a server reading the fields in order knows them before the bytes.
      const { file, ...fields } = form;
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) if (value) body.append(name, value);
      body.append("file", file, file.name);
      const answer = await http.post<{ id: string; status: JobStatus }>(`${API_BASE}/imports`, body, {
        signal,
        onUploadProgress: ({ loaded, total }) => onProgress(total ? loaded / total : 0),
      });
      return answer.data;
    },
  });
}

const FINAL: ReadonlySet<JobStatus> = new Set(["succeeded", "failed", "cancelled"]);

export function isFinal(status: JobStatus): boolean {
  return FINAL.has(status);
}

export function useImport(id: string) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: ["imports", id],
    queryFn: async ({ signal }) => {
      const { data } = await http.get<ImportRead>(`${API_BASE}/imports/${id}`, { signal });
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
