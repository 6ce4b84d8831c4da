"use client";

import { useCallback, useMemo } from "react";

import { readChartState, type ChartState } from "@/features/chart/chart-state";
import type { ChangePane } from "@/features/chart/use-chart-grid";

export type ChangeChart = (change: Partial<ChartState>, step?: "push" | "replace") => void;

/** One chart of the grid: its state stays the same object while its own part of the address stays the same. */
export function usePaneState(
  query: string,
  index: number,
  changePane: ChangePane,
): [ChartState, ChangeChart] {
  const state = useMemo(() => readChartState(new URLSearchParams(query)), [query]);
  const change = useCallback<ChangeChart>((next, step) => changePane(index, next, step), [changePane, index]);
  return [state, change];
}
