import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import type { RuleWords } from "@/features/strategies/rule-tokens";
import { NO_WORDS } from "@/features/strategies/rule-tokens";
import {
  checkRule,
  compareStrategyVersions,
  createStrategy,
  deleteStrategy,
  listExampleRules,
  listLibrary,
  listStrategies,
  listStrategyVersions,
  readLanguage,
  readStrategy,
  updateStrategy,
  type LanguageRead,
  type StrategyRead,
} from "@/lib/api/generated";
import { useSessionStatus } from "@/lib/api/session";

export const CHECK_DELAY_MS = 250;

export const strategyKeys = {
  all: ["strategies"] as const,
  one: (id: string) => ["strategies", id] as const,
  versions: (id: string) => ["strategies", id, "versions"] as const,
};

/** The words of the language; a stranger who reads a shared rule sees it without their colours. */
export function useLanguage() {
  const isSignedIn = useSessionStatus() === "signed_in";
  return useQuery({
    enabled: isSignedIn,
    queryKey: ["rule-language"],
    queryFn: async ({ signal }) => (await readLanguage({ signal })).data,
    staleTime: Infinity,
  });
}

export function wordsOf(language: LanguageRead | undefined): RuleWords {
  if (!language) return NO_WORDS;
  const names = (rows: { name: string }[]) => new Set(rows.map((row) => row.name));
  return {
    functions: names(language.functions),
    inputs: names(language.inputs),
    outputs: names(language.outputs),
    keywords: names(language.keywords),
  };
}

export function useRuleWords(): RuleWords {
  const { data } = useLanguage();
  return useMemo(() => wordsOf(data), [data]);
}

export function useExamples() {
  return useQuery({
    queryKey: ["example-rules"],
    queryFn: async ({ signal }) => (await listExampleRules({ signal })).data,
    staleTime: Infinity,
  });
}

/** A value that follows once it has stood still for a while. */
export function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}

/** What the checker says of a text while it is typed. `isFresh`: the answer is for the text as it stands. */
export function useRuleCheck(source: string) {
  const settled = useSettled(source, CHECK_DELAY_MS);
  // An answer that is no longer wanted is cancelled: the query's signal goes when its key does.
  const query = useQuery({
    queryKey: ["rule-check", settled],
    queryFn: async ({ signal }) => (await checkRule({ body: { source: settled }, signal })).data,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return { ...query, isFresh: settled === source && query.isSuccess && !query.isPlaceholderData };
}

export function useStrategies() {
  const query = useInfiniteQuery({
    queryKey: strategyKeys.all,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      (await listStrategies({ query: { limit: 100, cursor: pageParam ?? undefined }, signal })).data,
    getNextPageParam: (page) => page.next_cursor,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

export function useStrategy(id: string | null) {
  return useQuery({
    queryKey: strategyKeys.one(id ?? ""),
    queryFn: async ({ signal }) => (await readStrategy({ path: { strategy_id: id! }, signal })).data,
    enabled: id !== null,
  });
}

export function useStrategyVersions(id: string | null) {
  const query = useInfiniteQuery({
    queryKey: strategyKeys.versions(id ?? ""),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      (
        await listStrategyVersions({
          path: { strategy_id: id! },
          query: { limit: 50, cursor: pageParam ?? undefined },
          signal,
        })
      ).data,
    getNextPageParam: (page) => page.next_cursor,
    enabled: id !== null,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, items };
}

/** What changed between two versions, line by line. */
export function useVersionDiff(id: string, from: number, to: number) {
  return useQuery({
    queryKey: [...strategyKeys.versions(id), "diff", from, to],
    queryFn: async ({ signal }) =>
      (await compareStrategyVersions({ path: { strategy_id: id }, query: { from, to }, signal })).data.lines,
    staleTime: Infinity,
  });
}

/** Well-known rules with their reports. */
export function useLibrary(isEnabled = true) {
  return useQuery({
    queryKey: ["rule-library"],
    queryFn: async ({ signal }) => (await listLibrary({ signal })).data,
    staleTime: Infinity,
    enabled: isEnabled,
  });
}

/** Saves a rule: a new strategy without an id, else a new version, a new name, or both. */
export function useSaveStrategy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, name, source }: { id: string | null; name?: string; source?: string }) =>
      id === null
        ? (await createStrategy({ body: { name: name!, source: source! } })).data
        : (await updateStrategy({ path: { strategy_id: id }, body: { name, source } })).data,
    onSuccess: (strategy: StrategyRead) => {
      client.setQueryData(strategyKeys.one(strategy.id), strategy);
      void client.invalidateQueries({ queryKey: strategyKeys.all, exact: true });
      void client.invalidateQueries({ queryKey: strategyKeys.versions(strategy.id) });
    },
  });
}

export function useDeleteStrategy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => void (await deleteStrategy({ path: { strategy_id: id } })),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: strategyKeys.one(id) });
      void client.invalidateQueries({ queryKey: strategyKeys.all, exact: true });
    },
  });
}
