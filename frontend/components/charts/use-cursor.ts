"use client";

import { useState, type KeyboardEvent, type PointerEvent } from "react";

import type { ChartSteering } from "@/components/charts/chart-frame";

/** Where a reader stands in a chart of `count` points, by pointer or by keys. */
export function useCursor(
  count: number,
  /** The point under a distance in pixels from the element's left edge, of an element this wide. */
  indexAt: (x: number, width: number) => number,
): { index: number | null; steering: ChartSteering } {
  const [chosen, setIndex] = useState<number | null>(null);
  // Another curve may be shorter.
  const index = chosen !== null && chosen < count ? chosen : null;
  const place = (next: number) => setIndex(count === 0 ? null : Math.max(0, Math.min(count - 1, next)));
  return {
    index,
    steering: {
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const box = event.currentTarget.getBoundingClientRect();
        place(indexAt(event.clientX - box.left, box.width));
      },
      onPointerLeave: () => setIndex(null),
      onBlur: () => setIndex(null),
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        const step = event.shiftKey ? 10 : 1;
        if (event.key === "ArrowLeft") place((index ?? count) - step);
        else if (event.key === "ArrowRight") place((index ?? count - 2) + step);
        else if (event.key === "Home") place(0);
        else if (event.key === "End") place(count - 1);
        else if (event.key === "Escape") setIndex(null);
        else return;
        event.preventDefault();
      },
    },
  };
}

/** The index of the time nearest to `wanted`, of ascending times. */
export function nearestIndex(times: readonly number[], wanted: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low > 0 && wanted - times[low - 1]! <= times[low]! - wanted ? low - 1 : low;
}
