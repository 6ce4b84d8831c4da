"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { layoutOf, type ChartGrid } from "@/features/chart/grid-state";
import { createLayout, deleteLayout, listLayouts, readLayout, updateLayout } from "@/lib/api/generated";

const KEY = ["layouts"];

/** One's saved arrangements of charts, the one used last first. */
export function useLayouts() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await listLayouts({ query: { limit: 100 }, signal })).data.items,
  });
}

/** A layout with what it holds; reading it does not make it the one used last. */
export async function fetchLayout(id: string, signal?: AbortSignal) {
  return (await readLayout({ path: { layout_id: id }, signal })).data;
}

function useLayoutMutation<T>(work: (input: T) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useSaveLayout() {
  return useLayoutMutation(({ id, name, grid }: { id?: string; name: string; grid: ChartGrid }) => {
    const body = { name, state: layoutOf(grid) as unknown as Record<string, unknown> };
    return id ? updateLayout({ path: { layout_id: id }, body }) : createLayout({ body });
  });
}

export function useRenameLayout() {
  return useLayoutMutation(({ id, name }: { id: string; name: string }) =>
    updateLayout({ path: { layout_id: id }, body: { name } }),
  );
}

/** Makes a layout the one used last; what it holds comes back. */
export function useUseLayout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await updateLayout({ path: { layout_id: id }, body: {} })).data,
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useDeleteLayout() {
  return useLayoutMutation((id: string) => deleteLayout({ path: { layout_id: id } }));
}
