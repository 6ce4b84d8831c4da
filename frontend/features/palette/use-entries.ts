"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { PLACES } from "@/components/common/navigation";
import { chartHref } from "@/features/market/labels";
import type { Entry } from "@/features/palette/entries";
import { useWatchlists } from "@/features/watchlists/api";
import { listBacktests, listInstruments, listStrategies } from "@/lib/api/generated";
import { formatDate } from "@/lib/format";

const REST_MS = 150;
const MOST_FOUND = 20;

const PAGES: Entry[] = [
  ...PLACES.map(({ href, label }) => ({ kind: "page" as const, id: `page ${href}`, name: label, href })),
  {
    kind: "page",
    id: "page /markets/data",
    name: "Data",
    words: "catalogue holes quota providers back-fill download history",
    href: "/markets/data",
  },
  {
    kind: "page",
    id: "page /settings",
    name: "Settings",
    words: "profile theme sign out",
    href: "/settings",
  },
];

const ACTIONS: Entry[] = [
  { kind: "action", id: "action test", name: "Test a rule", words: "backtest run", href: "/strategies" },
  {
    kind: "action",
    id: "action sweep",
    name: "Sweep a rule",
    words: "research optimise parameters heatmap grid",
    href: "/research/sweeps/new",
  },
  {
    kind: "action",
    id: "action walk",
    name: "Walk a rule forward",
    words: "research out of sample walk-forward",
    href: "/research/walk-forwards/new",
  },
  {
    kind: "action",
    id: "action add",
    name: "Add a symbol",
    words: "provider twelve data crypto simulated search instrument",
    href: "/markets/add",
  },
  { kind: "action", id: "action import", name: "Import a CSV", words: "file data", href: "/markets/import" },
];

/** What was typed, once it rests. */
export function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** Everything that can be reached: what is always there, and what the server finds for what was typed. */
export function useEntries(typed: string) {
  const words = useRested(typed.trim());
  const isAsking = words !== "";
  const lists = useWatchlists();
  const found = useQuery({
    queryKey: ["palette", words],
    queryFn: async ({ signal }): Promise<Entry[]> => {
      const query = { query: words || undefined, limit: MOST_FOUND };
      const [instruments, strategies, runs] = await Promise.all([
        listInstruments({ query, signal }),
        isAsking ? listStrategies({ query, signal }) : null,
        isAsking ? listBacktests({ query, signal }) : null,
      ]);
      return [
        ...instruments.data.items.map((it) => ({
          kind: "instrument" as const,
          id: `instrument ${it.id}`,
          name: it.symbol,
          detail: it.name,
          href: chartHref(it.symbol),
          isFound: isAsking,
        })),
        ...(strategies?.data.items ?? []).map((it) => ({
          kind: "strategy" as const,
          id: `strategy ${it.id}`,
          name: it.name,
          detail: `version ${it.version}`,
          href: `/strategies/${it.id}`,
          isFound: true,
        })),
        ...(runs?.data.items ?? []).map((it) => ({
          kind: "run" as const,
          id: `run ${it.id}`,
          name: `${it.strategy_name ?? "Unsaved rule"} on ${it.symbol}`,
          detail: `${it.interval}, ${formatDate(it.created_at)}`,
          href: `/backtests/${it.id}`,
          isFound: true,
        })),
      ];
    },
    placeholderData: keepPreviousData,
  });
  const watchlists = (lists.data ?? []).map((list) => ({
    kind: "watchlist" as const,
    id: `watchlist ${list.id}`,
    name: list.name,
    words: "watchlist",
    href: `/watchlists?list=${list.id}`,
  }));
  // Of an answer to other words only what still fits is shown.
  const isLate = words !== typed.trim() || found.isPlaceholderData;
  const answers = (found.data ?? []).map((entry) => (isLate ? { ...entry, isFound: false } : entry));
  return {
    entries: [...PAGES, ...(isAsking ? watchlists : []), ...answers, ...ACTIONS],
    isSearching: isLate || found.isPending,
    error: found.error,
  };
}
