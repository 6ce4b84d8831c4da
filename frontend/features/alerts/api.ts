"use client";

import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";

import { useSettled } from "@/features/strategies/api";
import {
  checkCondition,
  checkWebhook,
  countUnreadFirings,
  createAlert,
  deleteAlert,
  listAlerts,
  listDrawings,
  listFirings,
  markFiringsRead,
  renewWebhookSecret,
  updateAlert,
  type AlertCreate,
  type AlertUpdate,
} from "@/lib/api/generated";
import type { Interval } from "@/lib/api/contract";

const alertsKey = ["alerts"] as const;
export const firingsKey = ["firings"] as const;
const CHECK_DELAY_MS = 500;

export type ConditionBody = AlertCreate["condition"];

export function useAlerts() {
  const query = useInfiniteQuery({
    queryKey: alertsKey,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      (await listAlerts({ query: { limit: 100, cursor: pageParam ?? undefined }, signal })).data,
    getNextPageParam: (page) => page.next_cursor,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

export function useFirings() {
  const query = useInfiniteQuery({
    queryKey: firingsKey,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      (await listFirings({ query: { limit: 50, cursor: pageParam ?? undefined }, signal })).data,
    getNextPageParam: (page) => page.next_cursor,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

export function useUnreadFirings() {
  return useQuery({
    queryKey: [...firingsKey, "unread"],
    queryFn: async ({ signal }) => (await countUnreadFirings({ signal })).data.unread,
  });
}

/** Both lists anew: a firing changes the alert that it is of. */
export function refreshAlerts(queries: QueryClient) {
  void queries.invalidateQueries({ queryKey: alertsKey });
  void queries.invalidateQueries({ queryKey: firingsKey });
}

export function useMarkRead() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (ids: string[] | null) =>
      (await markFiringsRead({ body: ids === null ? { all: true } : { ids } })).data,
    onSuccess: () => void queries.invalidateQueries({ queryKey: firingsKey }),
  });
}

export function useSaveAlert(id: string | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: AlertCreate) => {
      if (id === null) return (await createAlert({ body })).data;
      const change: AlertUpdate & { symbol?: unknown } = { ...body };
      delete change.symbol;
      return (await updateAlert({ path: { alert_id: id }, body: change })).data;
    },
    onSuccess: () => refreshAlerts(queries),
  });
}

export function useSwitchAlert() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, enabled }: { id: string; enabled: boolean }) =>
      (await updateAlert({ path: { alert_id: id }, body: { enabled } })).data,
    onSettled: () => refreshAlerts(queries),
  });
}

export function useDeleteAlert() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => void (await deleteAlert({ path: { alert_id: id } })),
    onSettled: () => refreshAlerts(queries),
  });
}

export function useTestWebhook() {
  return useMutation({
    mutationFn: async (id: string) => (await checkWebhook({ path: { alert_id: id } })).data,
  });
}

export function useRenewSecret() {
  return useMutation({
    mutationFn: async (id: string) => (await renewWebhookSecret({ path: { alert_id: id } })).data.secret,
  });
}

/** What a condition would have done on the stored bars, asked once it has stood still for a while. */
export function useConditionCheck(
  symbol: string | null,
  interval: Interval,
  condition: ConditionBody | null,
) {
  const settled = useSettled(
    useMemo(() => JSON.stringify([symbol, interval, condition]), [symbol, interval, condition]),
    CHECK_DELAY_MS,
  );
  const [askedSymbol, askedInterval, asked] = JSON.parse(settled) as [
    string | null,
    Interval,
    ConditionBody | null,
  ];
  const query = useQuery({
    queryKey: ["condition-check", settled],
    queryFn: async ({ signal }) =>
      (
        await checkCondition({
          body: { symbol: askedSymbol, interval: askedInterval, condition: asked! },
          signal,
        })
      ).data,
    enabled: askedSymbol !== null && asked !== null,
    retry: false,
    staleTime: 60_000,
  });
  return { ...query, isAsked: askedSymbol !== null && asked !== null };
}

/** What one drew on an instrument and can be crossed or entered. */
export function useWatchableDrawings(instrumentId: string | null) {
  return useQuery({
    queryKey: ["drawings", instrumentId, "watchable"],
    queryFn: async ({ signal }) =>
      (await listDrawings({ query: { instrument_id: instrumentId!, limit: 100 }, signal })).data.items.filter(
        (drawing) => drawing.kind !== "measure",
      ),
    enabled: instrumentId !== null,
  });
}
