"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

import { readChartState, writeChartState, type ChartState } from "@/features/chart/chart-state";

export type ChangeChart = (change: Partial<ChartState>, step?: "push" | "replace") => void;

/**
 * The chart's state lives in the address alone. A choice is a new step of the history, so that "back" undoes it;
 * `replace` is for what nobody chose (a default filled in, a view that is being dragged).
 */
export function useChartState(): [ChartState, ChangeChart] {
  const params = useSearchParams();
  const state = useMemo(() => readChartState(params), [params]);
  const change = useCallback<ChangeChart>((next, step = "push") => {
    const current = readChartState(new URLSearchParams(window.location.search));
    const query = `?${writeChartState({ ...current, ...next })}`;
    if (query === window.location.search) return;
    window.history[step === "push" ? "pushState" : "replaceState"](
      null,
      "",
      window.location.pathname + query,
    );
  }, []);
  return [state, change];
}
