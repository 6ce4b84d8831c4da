/** Bars as a CSV file, with the values of the indicators beside them. Pure. */
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { DrawnIndicator } from "@/features/chart/indicator-series";

/** Times as ISO instants in UTC; of a day and longer as dates. Full precision, a point, no thousands. */
export function writeBarsCsv(
  bars: BarColumns,
  indicators: readonly DrawnIndicator[],
  titles: readonly string[],
  isIntraday: boolean,
  fromIndex = 0,
  toIndex = bars.time.length - 1,
): string {
  const lines = indicators.flatMap((indicator, i) =>
    indicator.lines.map((line) => ({ name: `${titles[i]} ${line.label}`.trim(), values: line.values })),
  );
  const rows = [
    ["time", "open", "high", "low", "close", "volume", ...lines.map(({ name }) => name)].join(","),
  ];
  const from = Math.max(0, Math.ceil(fromIndex));
  const to = Math.min(bars.time.length - 1, Math.floor(toIndex));
  for (let i = from; i <= to; i += 1) {
    const instant = new Date(bars.time[i]! * 1000).toISOString();
    rows.push(
      [
        isIntraday ? `${instant.slice(0, 19)}Z` : instant.slice(0, 10),
        bars.open[i],
        bars.high[i],
        bars.low[i],
        bars.close[i],
        bars.volume[i] ?? "",
        ...lines.map(({ values }) => (Number.isFinite(values[i]) ? values[i] : "")),
      ].join(","),
    );
  }
  return `${rows.join("\n")}\n`;
}

/** A name that every file system takes. */
export function fileName(symbol: string, interval: string, ending: string): string {
  return `${symbol.replaceAll(/[^A-Za-z0-9.-]+/g, "-")}-${interval}.${ending}`;
}
