"use client";

import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import {
  addStar,
  addWatchlistItem,
  createWatchlist,
  deleteWatchlist,
  listWatchlists,
  readWatchlist,
  removeWatchlistItem,
  replaceWatchlistItems,
  updateWatchlist,
  type WatchlistRead,
  type WatchlistUpdate,
} from "@/lib/api/generated";
import { ApiProblem } from "@/lib/api/problem";
import { removeItem, restoreItem, type Item } from "@/features/watchlists/order";

const listsKey = ["watchlists"] as const;
const listKey = (id: string) => [...listsKey, id] as const;

/** All of one's lists: 50 at most, one page. */
const heldKey = [...listsKey, "held"] as const;
const JUST_TOLD_MS = 2_000;

export function useWatchlists() {
  return useQuery({
    queryKey: [...listsKey, "all"],
    queryFn: async ({ signal }) => (await listWatchlists({ query: { limit: 100 }, signal })).data.items,
  });
}

const listOptions = (id: string) => ({
  queryKey: listKey(id),
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await readWatchlist({ path: { watchlist_id: id }, signal })).data,
});

export function useWatchlist(id: string | null) {
  return useQuery({ ...listOptions(id ?? ""), enabled: id !== null });
}

/** The lists that an instrument is on; null while not all of them are known. However many ask, one query answers. */
export function useListsOf(instrumentId: string): WatchlistRead[] | null {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: heldKey,
    queryFn: async ({ signal }) => {
      const lists = (await listWatchlists({ query: { limit: 100 }, signal })).data.items;
      return Promise.all(
        lists.map(({ id }) => queries.fetchQuery({ ...listOptions(id), staleTime: JUST_TOLD_MS })),
      );
    },
    staleTime: 60_000,
    select: (lists) =>
      lists.filter(({ items }) => items.some(({ instrument }) => instrument.id === instrumentId)),
  });
  return data ?? null;
}

/** Puts an instrument on a list, or takes it off; without a list, the one named "Watchlist" is made for it. */
export function usePlaceOnList() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wish: { instrumentId: string; listId: string | null; isOn: boolean }) => {
      const { instrumentId: instrument_id, listId: watchlist_id, isOn } = wish;
      if (watchlist_id === null) await addStar({ path: { instrument_id } });
      else if (isOn) await addWatchlistItem({ path: { watchlist_id }, body: { instrument_id } });
      else await removeWatchlistItem({ path: { watchlist_id, instrument_id } });
    },
    onSettled: () => refreshAll(queries),
  });
}

function refreshAll(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({ queryKey: listsKey });
}

/** Everything but the list itself, which the answer has just told. */
function refreshAround(queries: QueryClient) {
  void queries.invalidateQueries({ queryKey: [...listsKey, "all"] });
  void queries.invalidateQueries({ queryKey: heldKey });
}

export function useCreateWatchlist() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) => (await createWatchlist({ body: { name } })).data,
    onSuccess: (made) => {
      queries.setQueryData(listKey(made.id), made);
      refreshAround(queries);
    },
  });
}

export function useUpdateWatchlist(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: WatchlistUpdate) =>
      (await updateWatchlist({ path: { watchlist_id: id }, body: change })).data,
    onSuccess: () => refreshAll(queries),
  });
}

export function useDeleteWatchlist(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await deleteWatchlist({ path: { watchlist_id: id } });
    },
    onSuccess: () => {
      queries.removeQueries({ queryKey: listKey(id) });
      refreshAround(queries);
    },
  });
}

export function useAddItem(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (instrumentId: string) =>
      (await addWatchlistItem({ path: { watchlist_id: id }, body: { instrument_id: instrumentId } })).data,
    onSuccess: (list) => {
      queries.setQueryData(listKey(id), list);
      refreshAround(queries);
    },
  });
}

export function useRemoveItem(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (instrumentId: string) => {
      await removeWatchlistItem({ path: { watchlist_id: id, instrument_id: instrumentId } });
    },
    onMutate: async (instrumentId) => {
      await queries.cancelQueries({ queryKey: listKey(id) });
      changeItems(queries, id, (items) => removeItem(items, instrumentId));
    },
    onSettled: () => refreshAll(queries),
  });
}

/** Undoes a removal: adds the item again and takes it to where it stood. */
export function useRestoreItem(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ item, followers }: { item: Item; followers: string[] }) => {
      const body = { instrument_id: item.instrument.id, group: item.group };
      const list = (await addWatchlistItem({ path: { watchlist_id: id }, body })).data;
      return saveOrder(list, restoreItem(list.items, item, followers));
    },
    onSuccess: (list) => queries.setQueryData(listKey(id), list),
    onSettled: () => refreshAround(queries),
  });
}

export type OrderChange = (items: readonly Item[]) => Item[];

/**
 * Changes the order or the groups at once on the screen, then on the server, one change after the other. Where
 * another window was faster, the change is made again on what stands there now.
 */
export function useOrderItems(id: string) {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: `watchlist-order-${id}` },
    mutationFn: async (change: OrderChange) => {
      const shown = queries.getQueryData<WatchlistRead>(listKey(id));
      const list = shown ?? (await readWatchlist({ path: { watchlist_id: id } })).data;
      try {
        return await saveOrder(list, shown ? list.items : change(list.items));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.code !== "watchlist_changed") throw error;
        const fresh = (await readWatchlist({ path: { watchlist_id: id } })).data;
        return saveOrder(fresh, change(fresh.items));
      }
    },
    onMutate: async (change) => {
      await queries.cancelQueries({ queryKey: listKey(id) });
      changeItems(queries, id, change);
    },
    onSuccess: (saved) => {
      const isLast =
        queries.isMutating({ predicate: ({ options }) => options.scope?.id === `watchlist-order-${id}` }) <=
        1;
      queries.setQueryData<WatchlistRead>(listKey(id), (shown) =>
        shown && !isLast ? { ...shown, revision: saved.revision } : saved,
      );
    },
    onError: () => refreshAll(queries),
  });
}

async function saveOrder(list: WatchlistRead, items: readonly Item[]): Promise<WatchlistRead> {
  const order = items.map((item) => ({ instrument_id: item.instrument.id, group: item.group }));
  const body = { revision: list.revision, items: order };
  return (await replaceWatchlistItems({ path: { watchlist_id: list.id }, body })).data;
}

function changeItems(queries: QueryClient, id: string, change: OrderChange) {
  queries.setQueryData<WatchlistRead>(listKey(id), (list) => {
    if (!list) return list;
    const items = change(list.items);
    return { ...list, items, item_count: items.length };
  });
}
