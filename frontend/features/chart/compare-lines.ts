/** Lines of compared symbols on a chart whose price scale counts in percent. */
import { LineSeries, type ISeriesApi } from "lightweight-charts";

import type { ChartColours } from "@/features/chart/chart-colours";
import { linePoint } from "@/features/chart/chart-points";
import type { ChartParts } from "@/features/chart/chart-setup";

export type ComparedLine = { symbol: string; colour: number; values: Float64Array };

export class CompareLines {
  readonly #parts: ChartParts;
  #lines = new Map<string, ISeriesApi<"Line">>();

  constructor(parts: ChartParts) {
    this.#parts = parts;
  }

  show(lines: readonly ComparedLine[], keys: readonly number[], colours: ChartColours): void {
    if (this.#parts.gone.aborted) return;
    for (const [symbol, series] of this.#lines)
      if (!lines.some((line) => line.symbol === symbol)) {
        this.#parts.chart.removeSeries(series);
        this.#lines.delete(symbol);
      }
    for (const { symbol, colour, values } of lines) {
      let series = this.#lines.get(symbol);
      if (!series) {
        series = this.#parts.chart.addSeries(
          LineSeries,
          { lineWidth: 2, priceLineVisible: false, title: symbol, crosshairMarkerVisible: false },
          0,
        );
        this.#lines.set(symbol, series);
      }
      series.applyOptions({ color: colours.lines[colour] });
      // Bars without a value are left out: a market that was closed does not cut the line.
      series.setData(
        keys.flatMap((key, i) => (Number.isFinite(values[i]!) ? [linePoint(values, i, key)] : [])),
      );
    }
  }
}
