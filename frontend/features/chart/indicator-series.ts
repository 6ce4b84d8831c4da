import {
  HistogramSeries,
  LineSeries,
  LineStyle,
  type IChartApi,
  type ISeriesApi,
  type PriceFormat,
  type UTCTimestamp,
} from "lightweight-charts";

import { faded, type ChartColours } from "@/features/chart/chart-colours";
import { linePoint } from "@/features/chart/chart-points";
import type { IndicatorLine } from "@/features/chart/indicator-catalog";

export type DrawnIndicator = {
  key: string;
  place: "overlay" | "pane";
  /** Levels worth a line of their own. */
  levels: number[];
  /** Its place among the theme's line colours. */
  colour: number;
  lines: IndicatorLine[];
};

const QUIET = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false };

function addHistogram(
  chart: IChartApi,
  line: IndicatorLine,
  keys: readonly number[],
  pane: number,
  priceFormat: PriceFormat,
  colours: ChartColours,
) {
  const series = chart.addSeries(HistogramSeries, { ...QUIET, priceFormat }, pane);
  const up = faded(colours.up, 0.55);
  const down = faded(colours.down, 0.55);
  series.setData(
    keys.map((key, i) => {
      const value = line.values[i]!;
      const time = key as UTCTimestamp;
      return Number.isFinite(value) ? { time, value, color: value >= 0 ? up : down } : { time };
    }),
  );
  return series;
}

/** Draws the values of a line from bar `from` on again; the library has the older ones. */
export function updateIndicatorLine(
  series: ISeriesApi<"Line" | "Histogram"> | undefined,
  line: IndicatorLine,
  keys: readonly number[],
  from: number,
  /** How many values are drawn already. */
  drawn: number,
  colours: ChartColours,
): void {
  for (let i = from; i < keys.length; i += 1) {
    const point = linePoint(line.values, i, keys[i]!);
    const isPast = i < drawn - 1;
    series?.update(
      line.look === "histogram" && "value" in point
        ? { ...point, color: faded(point.value >= 0 ? colours.up : colours.down, 0.55) }
        : point,
      isPast,
    );
  }
}

/** Draws one line of an indicator into a pane; where it is undefined there is a gap. */
export function addIndicatorLine(
  chart: IChartApi,
  indicator: DrawnIndicator,
  position: number,
  keys: readonly number[],
  pane: number,
  priceFormat: PriceFormat,
  colours: ChartColours,
): ISeriesApi<"Line" | "Histogram"> {
  const line = indicator.lines[position]!;
  if (line.look === "histogram")
    return addHistogram(chart, line, keys, pane, priceFormat, colours) as ISeriesApi<"Line" | "Histogram">;
  // Over the prices an indicator has one colour; in its own pane each line has one.
  const turn = indicator.colour + (indicator.place === "pane" ? position : 0);
  const colour = colours.lines[turn % colours.lines.length]!;
  const series = chart.addSeries(
    LineSeries,
    {
      ...QUIET,
      priceFormat,
      color: line.look === "soft" ? faded(colour, 0.7) : colour,
      lineWidth: line.look === "line" ? 2 : 1,
      lineStyle: line.look === "dashed" ? LineStyle.Dashed : LineStyle.Solid,
    },
    pane,
  );
  series.setData(keys.map((key, i) => linePoint(line.values, i, key)));
  if (indicator.lines.findIndex(({ look }) => look !== "histogram") === position)
    for (const price of indicator.levels)
      series.createPriceLine({
        price,
        color: colours.crosshair,
        lineWidth: 1,
        lineStyle: LineStyle.Dotted,
        axisLabelVisible: false,
        title: "",
      });
  return series as ISeriesApi<"Line" | "Histogram">;
}
