/**
 * What a chart was set to before a symbol came that cannot show it: the next symbol that can gets it back. A wish holds
 * only as long as the chart stands at what was shown instead.
 */
import { usualRange, type ChartState } from "@/features/chart/chart-state";

type Setting = Pick<ChartState, "interval" | "range">;
type Looked = Pick<ChartState, "symbol" | "interval" | "range">;

const wishes = new Map<number, { symbol: string | null; wished: Setting; shown: Setting }>();

/** Notes what the chart at a place of the page was to show, and what it shows instead. */
export function noteWish(place: number, wished: Looked, shown: Setting): void {
  wishes.set(place, { symbol: wished.symbol, wished, shown });
}

/** Somebody chose an interval himself: that is what he wishes now. */
export function forgetWish(place: number): void {
  wishes.delete(place);
}

/** How another symbol is looked at: in the same range, not at the place where a hand had moved the view. */
export function nextView(place: number, state: Looked): Partial<ChartState> {
  const wish = wishes.get(place);
  if (wish && wish.symbol === state.symbol && wish.shown.interval === state.interval) {
    const { interval, range } = wish.wished;
    const isRangeLeft = state.range === wish.shown.range;
    return { window: null, interval, range: isRangeLeft && range ? range : usualRange(interval) };
  }
  return { window: null, range: state.range ?? usualRange(state.interval) };
}
