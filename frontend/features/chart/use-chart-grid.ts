"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

import type { ChartState } from "@/features/chart/chart-state";
import { changePane, readGrid, writeGrid, type ChartGrid } from "@/features/chart/grid-state";

export type ChangePane = (index: number, change: Partial<ChartState>, step?: "push" | "replace") => void;
export type ChangeGrid = (next: (grid: ChartGrid) => ChartGrid, step?: "push" | "replace") => void;

const LAST = "flowrex.chart.last";

/** The address that the chart was left at in this browser. */
export function findLastChart(): string | null {
  try {
    return localStorage.getItem(LAST);
  } catch {
    return null; // storage may be switched off
  }
}

function keepLastChart(query: string): void {
  try {
    localStorage.setItem(LAST, query);
  } catch {
    // Only a convenience.
  }
}

/**
 * The charts' state lives in the address alone. A choice is a new step of the history, so that "back" undoes it;
 * `replace` is for what nobody chose (a default filled in, a view that is being dragged, another chart made active).
 */
export function useChartGrid(): [ChartGrid, ChangeGrid, ChangePane] {
  const params = useSearchParams();
  const text = params.toString();
  const grid = useMemo(() => readGrid(new URLSearchParams(text)), [text]);
  const change = useCallback<ChangeGrid>((next, step = "push") => {
    const current = readGrid(new URLSearchParams(window.location.search));
    const query = `?${writeGrid(next(current))}`;
    if (query === window.location.search) return;
    window.history[step === "push" ? "pushState" : "replaceState"](
      null,
      "",
      window.location.pathname + query,
    );
    keepLastChart(query.slice(1));
  }, []);
  const changeOne = useCallback<ChangePane>(
    (index, next, step) => change((current) => changePane(current, index, next), step),
    [change],
  );
  return [grid, change, changeOne];
}
