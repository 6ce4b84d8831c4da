"use client";

import { useState } from "react";

import { findLastSettings } from "@/features/backtests/last-settings";
import { settingsOfRun, type RunSettings } from "@/features/backtests/run-settings";
import { useInstrumentSearch } from "@/features/chart/api";
import { SYMBOL_PATTERN } from "@/features/chart/chart-state";
import { isInterval } from "@/features/chart/intervals";
import { useRunOnce, useSweep } from "@/features/research/api";
import type { SearchRule } from "@/features/research/components/rule-choice";
import type { Sweep } from "@/features/research/contract";
import { useStrategies, useStrategy } from "@/features/strategies/api";
import { findDraft } from "@/features/strategies/drafts";
import type { ApiProblem } from "@/lib/api/problem";

/** The name under which an editor leaves its text for a search. */
export const RESEARCH_DRAFT = "research";

export type SearchStart = {
  rule: SearchRule | null;
  /** A text that came along and that no saved strategy holds. */
  ownText: SearchRule | null;
  settings: RunSettings;
  /** Values that the run which it began with had. */
  parameters: Record<string, number>;
  /** The sweep that is asked for again or walked forward. */
  sweep: Sweep | null;
};

function withSymbol(
  settings: RunSettings,
  params: URLSearchParams,
  firstSymbol: string | undefined,
): RunSettings {
  const symbol = params.get("symbol")?.toUpperCase() ?? "";
  const interval = params.get("interval");
  // A search runs on one instrument: of a basket on its first.
  const made = { ...settings, is_basket: false, symbol: settings.symbol || (settings.symbols[0] ?? "") };
  if (SYMBOL_PATTERN.test(symbol)) {
    if (symbol !== made.symbol) Object.assign(made, { start: "", through: "" });
    made.symbol = symbol;
    if (isInterval(interval)) made.interval = interval;
  }
  return { ...made, symbol: made.symbol || (firstSymbol ?? "") };
}

/**
 * Where a new search begins: at what the address names (`?strategy=`, `?run=`, `?sweep=`, `?draft`, `?symbol=`), else at
 * the newest strategy that has parameters. Null until all of it is there.
 */
export function useSearchStart(params: URLSearchParams): {
  start: SearchStart | null;
  error: ApiProblem | null;
  retry: () => void;
} {
  const [strategyId, runId, sweepId] = ["strategy", "run", "sweep"].map((name) => params.get(name));
  const [draft] = useState(() => (params.has("draft") ? findDraft(RESEARCH_DRAFT) : null));
  const strategy = useStrategy(strategyId ?? null);
  const run = useRunOnce(runId ?? null);
  const sweep = useSweep(sweepId ?? null);
  const strategies = useStrategies();
  const instruments = useInstrumentSearch("");
  const [made, setMade] = useState<SearchStart | null>(null);

  const asked = [
    { id: strategyId, query: strategy },
    { id: runId, query: run },
    { id: sweepId, query: sweep },
  ].filter(({ id }) => id !== null && id !== undefined);
  const failed = asked.find(({ query }) => query.isError)?.query;
  const isLoading =
    asked.some(({ query }) => !query.data) ||
    strategies.isPending ||
    (instruments.isPending && !instruments.isError);

  if (made === null && !failed && !isLoading) {
    const past = run.data ?? sweep.data;
    const first = strategies.items.find((item) => item.parameters.some(({ min, max }) => min < max));
    const chosen = strategy.data ?? (past || draft !== null ? null : first);
    const saved: SearchRule | null = chosen
      ? { strategyId: chosen.id, version: chosen.version, name: chosen.name, source: chosen.source }
      : past?.strategy_id
        ? {
            strategyId: past.strategy_id,
            version: past.strategy_version,
            name: past.strategy_name,
            source: past.source,
          }
        : null;
    const text = draft ?? (past && !past.strategy_id ? past.source : null);
    const ownText =
      text === null
        ? null
        : { strategyId: null, version: null, name: past?.strategy_name ?? null, source: text };
    const symbol = instruments.data?.find((instrument) => instrument.intervals.length > 0)?.symbol;
    setMade({
      rule: ownText ?? saved,
      ownText,
      settings: withSymbol(
        past ? settingsOfRun(past) : findLastSettings(),
        past ? new URLSearchParams() : params,
        symbol,
      ),
      parameters: run.data?.parameters ?? {},
      sweep: sweep.data ?? null,
    });
  }
  return {
    start: made,
    error: failed?.error ?? null,
    retry: () => void failed?.refetch(),
  };
}
