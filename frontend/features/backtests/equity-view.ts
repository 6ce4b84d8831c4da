import {
  AreaSeries,
  ColorType,
  createChart,
  CrosshairMode,
  LineSeries,
  LineStyle,
  PriceScaleMode,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from "lightweight-charts";

import { faded, type ChartColours } from "@/features/chart/chart-colours";
import type { TimeAxis } from "@/features/chart/time-axis";
import { timeLabels } from "@/features/chart/time-labels";
import type { EquityRead } from "@/lib/api/generated";
import { formatCompact, formatPercent } from "@/lib/format";

/** Draws a run's equity, buying and holding beside it, and the drawdown below. */
export class EquityView {
  readonly #chart: IChartApi;
  readonly #equity: ISeriesApi<"Line">;
  readonly #benchmark: ISeriesApi<"Line">;
  readonly #drawdown: ISeriesApi<"Area">;
  #times: number[] = [];
  #curve: EquityRead | null = null;
  #cursor: number | null = null;
  readonly #onCrosshair: (index: number | null) => void;

  constructor(container: HTMLElement, colours: ChartColours, onCrosshair: (index: number | null) => void) {
    this.#onCrosshair = onCrosshair;
    this.#chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: true, fontSize: 11 },
      crosshair: { mode: CrosshairMode.Normal },
      handleScroll: { mouseWheel: false, vertTouchDrag: false },
      handleScale: { mouseWheel: false },
      // A label that would be cut at a pane's edge is left out.
      rightPriceScale: { borderVisible: false, entireTextOnly: true },
      timeScale: {
        borderVisible: false,
        lockVisibleTimeRangeOnResize: true,
        minBarSpacing: 0.01,
        fixLeftEdge: true,
        fixRightEdge: true,
      },
    });
    const quiet = { priceLineVisible: false, lastValueVisible: false };
    const money = { priceFormat: { type: "custom" as const, formatter: formatCompact, minMove: 0.01 } };
    this.#benchmark = this.#chart.addSeries(LineSeries, {
      ...quiet,
      ...money,
      lineWidth: 1,
      lineStyle: LineStyle.Dashed,
    });
    this.#equity = this.#chart.addSeries(LineSeries, { ...quiet, ...money, lineWidth: 2 });
    this.#drawdown = this.#chart.addSeries(
      AreaSeries,
      {
        ...quiet,
        lineWidth: 1,
        invertFilledArea: true,
        priceFormat: {
          type: "custom",
          formatter: (value: number) => formatPercent(value, { digits: 0 }),
          minMove: 0.0001,
        },
      },
      1,
    );
    const [top, bottom] = this.#chart.panes();
    top!.setStretchFactor(3);
    bottom!.setStretchFactor(1);
    // Zero stands at the pane's top edge: the area hangs from it.
    this.#drawdown.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0.08 } });
    this.setColours(colours);
    this.#chart.subscribeCrosshairMove(({ logical, sourceEvent }) => {
      if (!sourceEvent) return;
      const index = logical === undefined ? null : Math.round(logical);
      this.#cursor = index !== null && index >= 0 && index < this.#times.length ? index : null;
      this.#onCrosshair(this.#cursor);
    });
  }

  setColours(colours: ChartColours): void {
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colours.background },
        textColor: colours.text,
        fontFamily: colours.font,
        panes: { separatorColor: colours.border },
      },
      grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
      crosshair: {
        vertLine: { color: colours.crosshair, labelBackgroundColor: colours.crosshair },
        horzLine: { color: colours.crosshair, labelBackgroundColor: colours.crosshair },
      },
    });
    this.#equity.applyOptions({ color: colours.accent });
    this.#benchmark.applyOptions({ color: colours.text });
    this.#drawdown.applyOptions({
      lineColor: colours.down,
      topColor: faded(colours.down, 0.28),
      bottomColor: faded(colours.down, 0.06),
    });
  }

  setCurve(curve: EquityRead, axis: TimeAxis, timeZone: string | null): void {
    this.#times = axis.keys;
    this.#curve = curve;
    this.#chart.applyOptions(timeLabels(axis, timeZone));
    const points = (values: readonly number[]) =>
      axis.keys.map((key, i) => ({ time: key as UTCTimestamp, value: values[i]! }));
    this.#equity.setData(points(curve.equity));
    this.#benchmark.setData(points(curve.benchmark));
    this.#drawdown.setData(points(curve.drawdown));
    this.#chart.timeScale().fitContent();
  }

  setScale(scale: "linear" | "log"): void {
    this.#equity
      .priceScale()
      .applyOptions({ mode: scale === "log" ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
  }

  /** Moves the crosshair by points; without one it starts at the end. */
  moveCrosshair(step: number): void {
    const last = this.#times.length - 1;
    if (last < 0) return;
    const index = Math.max(0, Math.min(last, (this.#cursor ?? last - step) + step));
    this.placeCrosshair(index);
  }

  placeCrosshair(index: number | null): void {
    this.#cursor = index;
    if (index === null) this.#chart.clearCrosshairPosition();
    else
      this.#chart.setCrosshairPosition(
        this.#curve!.equity[index]!,
        this.#times[index]! as UTCTimestamp,
        this.#equity,
      );
    this.#onCrosshair(index);
  }

  /** A copy of what is on the screen. */
  takePicture(): HTMLCanvasElement {
    return this.#chart.takeScreenshot();
  }

  dispose(): void {
    this.#chart.remove();
  }
}
