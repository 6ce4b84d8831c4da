import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { runKeys } from "@/features/backtests/api";
import {
  compareBacktests,
  createShare,
  listShares,
  readSharedReport,
  readTearSheet,
  revokeShare,
} from "@/lib/api/generated";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";

export function useTearSheet(id: string) {
  return useQuery({
    queryKey: [...runKeys.one(id), "tear-sheet"],
    queryFn: async ({ signal }) => (await readTearSheet({ path: { run_id: id }, signal })).data,
    staleTime: Infinity,
  });
}

/** Runs beside each other, curves from 1 at their common start. */
export function useComparison(ids: readonly string[]) {
  return useQuery({
    queryKey: ["runs", "compare", ...ids],
    queryFn: async ({ signal }) => (await compareBacktests({ query: { ids: ids.join(",") }, signal })).data,
    enabled: ids.length >= 2,
    staleTime: Infinity,
  });
}

const sharesKey = (id: string) => [...runKeys.one(id), "shares"];

export function useShares(id: string, isEnabled: boolean) {
  return useQuery({
    queryKey: sharesKey(id),
    queryFn: async ({ signal }) => (await listShares({ path: { run_id: id }, signal })).data.items,
    enabled: isEnabled,
  });
}

export function useCreateShare(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (days: number) =>
      (await createShare({ path: { run_id: id }, body: { expires_in_days: days } })).data,
    onSuccess: () => void client.invalidateQueries({ queryKey: sharesKey(id) }),
  });
}

export function useRevokeShare(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (shareId: string) =>
      void (await revokeShare({ path: { run_id: id, share_id: shareId } })),
    onSettled: () => void client.invalidateQueries({ queryKey: sharesKey(id) }),
  });
}

/** A report that somebody shared by a link; nobody has to be signed in. */
export function useSharedReport(token: string) {
  return useQuery({
    queryKey: ["shared", token],
    queryFn: async ({ signal }) => (await readSharedReport({ path: { token }, signal })).data,
    staleTime: Infinity,
  });
}

/** The files of a run that the API writes. */
export type RunFile = "report.html" | "report.json" | "trades.csv" | "equity.csv";

/** Fetches a file of a run with the session's token; a plain link could not carry it. */
export async function fetchRunFile(id: string, file: RunFile): Promise<Blob> {
  const format = file.split(".")[1];
  const path = file === "equity.csv" ? "equity" : "export";
  const { data } = await http.get<Blob>(`${API_BASE}/backtests/${id}/${path}`, {
    params: { format },
    responseType: "blob",
    headers: { Accept: "*/*" },
  });
  return data;
}
