import { estimateBars } from "@/features/chart/bars";
import { rangeStart, type ChartState } from "@/features/chart/chart-state";
import { intervalSeconds, type Interval } from "@/features/chart/intervals";
import { LOOK_AHEAD_BARS } from "@/features/chart/use-chart-view";
import type { Instrument } from "@/lib/api/contract";

const SMALLEST_FIRST_PAGE = 600;
const LARGEST_FIRST_PAGE = 20_000;

/** Bars before the view until averages that never forget have all but forgotten where they began. */
function warmUp(state: ChartState): number {
  return Math.max(0, ...state.indicators.flatMap((indicator) => indicator.settings)) * 10;
}

/** How many of the newest bars a chart asks for first, so that what it shows comes with one answer. */
export function firstPage(state: ChartState, interval: Interval, instrument: Instrument): number {
  const newest = Date.parse(instrument.last_bar_at ?? "") / 1000;
  const start = state.window ? state.window.from : rangeStart(state.range ?? "1Y", newest);
  const wanted =
    start === null || Number.isNaN(newest)
      ? LARGEST_FIRST_PAGE
      : estimateBars(
          newest - start,
          intervalSeconds(interval),
          instrument.asset_class === "crypto" || instrument.asset_class === "forex",
        );
  const rounded = Math.ceil((wanted + warmUp(state) + LOOK_AHEAD_BARS) / 200) * 200;
  return Math.min(LARGEST_FIRST_PAGE, Math.max(SMALLEST_FIRST_PAGE, rounded));
}
