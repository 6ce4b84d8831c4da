"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { firstBarFrom } from "@/features/chart/bars";
import type { ChartState } from "@/features/chart/chart-state";
import type { View } from "@/features/chart/chart-words";
import type { ViewRequest } from "@/features/chart/components/price-chart";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { ChartBars } from "@/features/chart/use-chart-bars";
import type { ChangeChart } from "@/features/chart/use-chart-state";

const VIEW_SETTLES_MS = 350;
/** Older bars are asked for when the view comes this close to the oldest one, in bars. */
export const LOOK_AHEAD_BARS = 120;

/** Follows the view: loads older bars near the left end, and writes a view moved by hand into the address. */
export function useChartView(source: ChartBars, change: ChangeChart) {
  const [view, setView] = useState<View | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  /** A window that was moved by hand is on the screen before the address asks for it. */
  const onScreenRef = useRef<string | null>(null);
  const latest = useRef(source);
  useEffect(() => {
    latest.current = source;
  });
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);

  const onView = useCallback(
    (next: View & { byHand: boolean }) => {
      setView({ from: next.from, to: next.to });
      const { hasOlder, isLoadingOlder, loadOlder } = latest.current;
      if (!next.byHand) {
        if (timer.current) clearTimeout(timer.current);
        return;
      }
      if (next.from < LOOK_AHEAD_BARS && hasOlder && !isLoadingOlder) loadOlder();
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const { time } = latest.current.bars;
        if (time.length === 0) return;
        const at = (index: number) => time[Math.max(0, Math.min(time.length - 1, Math.round(index)))]!;
        const window = { from: at(next.from), to: at(next.to) };
        if (window.from >= window.to) return;
        onScreenRef.current = windowKey(window);
        change({ window, range: null }, "replace");
      }, VIEW_SETTLES_MS);
    },
    [change],
  );
  return { view, onView, onScreenRef };
}

function windowKey(window: { from: number; to: number }): string {
  return `${window.from} ${window.to}`;
}

/** Turns the address into what the chart is told to show. */
export function useViewRequest(
  state: ChartState,
  bars: BarColumns,
  start: number | null,
  isWaiting: boolean,
): ViewRequest | null {
  const { window, range } = state;
  const key = window ? windowKey(window) : `range ${range}`;
  return useMemo(() => {
    const last = bars.time.length - 1;
    if (last < 0) return null;
    const from = start === null ? 0 : Math.min(last, firstBarFrom(bars.time, start));
    const to = window ? Math.max(from + 1, firstBarFrom(bars.time, window.to + 1) - 1) : last;
    // While older bars are on their way, or are yet to be brought, what is there is shown; the key changes as they come.
    const isShort = isWaiting || start === null || bars.time[0]! > start;
    return { from, to, key: isShort ? `${key} at ${bars.time[0]}` : key };
  }, [bars.time, window, start, key, isWaiting]);
}
