"use client";

import { useCallback, useEffect, useEffectEvent, useId, useRef } from "react";

import { firstBarFrom } from "@/features/chart/bars";
import type { ChartLink } from "@/features/chart/chart-link";
import type { ChartView } from "@/features/chart/chart-view";
import type { BarColumns } from "@/features/chart/indicator-catalog";

/** Follows the other charts of the page, and tells them where this one is. */
export function useChartLink(link: ChartLink | null, view: ChartView | null, bars: BarColumns) {
  const id = useId();
  /** While a move of another chart is carried out, what this one reports is an echo. */
  const isEcho = useRef(false);
  const carryOut = useEffectEvent((move: Parameters<Parameters<ChartLink["follow"]>[1]>[0]) => {
    const { time } = bars;
    if (!view || time.length === 0) return;
    isEcho.current = true;
    const at = (instant: number) => firstBarFrom(time, instant + 1) - 1;
    if (move.kind === "view") {
      const to = at(move.to);
      if (to >= 0) view.showBars(Math.min(firstBarFrom(time, move.from), to), to);
    } else {
      const index = move.time === null ? -1 : at(move.time);
      view.placeCrosshair(index < 0 ? null : index);
    }
    isEcho.current = false;
  });
  useEffect(() => link?.follow(id, (move) => carryOut(move)), [link, id]);

  const tellCursor = useCallback(
    (index: number | null) => {
      if (!isEcho.current)
        link?.tell(id, { kind: "cursor", time: index === null ? null : (bars.time[index] ?? null) });
    },
    [link, id, bars.time],
  );
  const tellView = useCallback(
    (next: { from: number; to: number; byHand: boolean }) => {
      const last = bars.time.length - 1;
      if (!next.byHand || last < 0) return;
      const at = (index: number) => bars.time[Math.max(0, Math.min(last, Math.round(index)))]!;
      link?.tell(id, { kind: "view", from: at(next.from), to: at(next.to) });
    },
    [link, id, bars.time],
  );
  return { tellCursor, tellView };
}
