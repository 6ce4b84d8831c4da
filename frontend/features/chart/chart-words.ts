import { summarizeWindow } from "@/features/chart/bars";
import type { DrawnIndicator } from "@/features/chart/indicator-series";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import { longInterval, type Interval } from "@/features/chart/intervals";
import { formatCompact, formatCount, formatPercent, formatPrice } from "@/lib/format";

/** The bars in view by index; fractions and indices outside of the data are possible. */
export type View = { from: number; to: number };

/** What stretch is in view and what the price did in it. */
export function describeSpan(bars: BarColumns, view: View, formatDate: (time: number) => string): string {
  const summary = summarizeWindow(bars, view.from, view.to);
  return summary
    ? `${formatDate(summary.from)} – ${formatDate(summary.to)}, ${formatPercent(summary.change, { signed: true })}`
    : "";
}

/** A bar in words. */
export function describeBar(bars: BarColumns, index: number, formatTime: (time: number) => string): string {
  const before = bars.close[index - 1];
  const change =
    before === undefined
      ? ""
      : `, change ${formatPercent(bars.close[index]! / before - 1, { signed: true })}`;
  return `${formatTime(bars.time[index]!)}: open ${formatPrice(bars.open[index])}, high ${formatPrice(bars.high[index])}, low ${formatPrice(bars.low[index])}, close ${formatPrice(bars.close[index])}${change}, volume ${formatCompact(bars.volume[index])}`;
}

/** What the chart shows, for those who do not see it. */
export function describeView(
  symbol: string,
  interval: Interval,
  bars: BarColumns,
  view: View | null,
  indicators: DrawnIndicator[],
  titles: string[],
  formatTime: (time: number) => string,
): string {
  const summary = view && summarizeWindow(bars, view.from, view.to);
  if (!summary) return "No bars are in view.";
  const sentences = [
    `${symbol}, ${longInterval(interval)}, ${formatCount(summary.count)} bars from ${formatTime(summary.from)} to ${formatTime(summary.to)}.`,
    `Close from ${formatPrice(summary.first)} to ${formatPrice(summary.last)}, ${formatPercent(summary.change, { signed: true })}.`,
    `Highest ${formatPrice(summary.highest.price)} on ${formatTime(summary.highest.time)}, lowest ${formatPrice(summary.lowest.price)} on ${formatTime(summary.lowest.time)}.`,
  ];
  const end = Math.min(bars.time.length - 1, Math.floor(view.to));
  indicators.forEach((indicator, i) => {
    const values = indicator.lines
      .map((line) => [line.label, line.values[end]] as const)
      .filter(([, value]) => value !== undefined && Number.isFinite(value))
      .map(([name, value]) => `${name} ${formatPrice(value)}`.trim());
    if (values.length > 0) sentences.push(`${titles[i]}: ${values.join(", ")}.`);
  });
  return sentences.join(" ");
}
