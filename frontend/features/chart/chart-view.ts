import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  PriceScaleMode,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
} from "lightweight-charts";

import { hasVolume, NO_BARS, priceDecimals } from "@/features/chart/bars";
import { faded, type ChartColours } from "@/features/chart/chart-colours";
import { candlePoint, isSameBar, keyTime, volumePoint } from "@/features/chart/chart-points";
import {
  candleTheme,
  chartOptions,
  RIGHT_ROOM_BARS,
  themeOptions,
  type ChartParts,
} from "@/features/chart/chart-setup";
import { HandWatch } from "@/features/chart/hand-watch";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import {
  addIndicatorLine,
  updateIndicatorLine,
  type DrawnIndicator,
} from "@/features/chart/indicator-series";
import { anchoredView } from "@/features/chart/live-bars";
import { PaneWatch, type PanePlace } from "@/features/chart/pane-watch";
import type { TimeAxis } from "@/features/chart/time-axis";
import { timeLabels } from "@/features/chart/time-labels";
import { formatPrice } from "@/lib/format";

export type ChartMarker = {
  time: number;
  side: "above" | "below";
  shape: "arrowUp" | "arrowDown" | "circle" | "square";
  tone: "up" | "down" | "warn" | "accent" | "neutral";
  text?: string;
};

export type ChartViewOptions = {
  /** The bar under the crosshair; null when the pointer left. */
  onCrosshair?: (index: number | null) => void;
  /** The bars in view by index, fractions and indices outside of the data included. */
  onView?: (view: { from: number; to: number; byHand: boolean }) => void;
  /** Where the panes stand, from the top of the container. */
  onPanes?: (panes: PanePlace[]) => void;
  /** Wheel and pinch zoom only where a page does not have to scroll over the chart. */
  wheelZoom?: boolean;
};

const EDGE_BARS = 3;
const NARROW_PIXELS = 560;
const MODES = {
  linear: PriceScaleMode.Normal,
  log: PriceScaleMode.Logarithmic,
  percent: PriceScaleMode.Percentage,
};

/** Draws bars, volume and indicators. Holds no state of the application: what it is given, it shows. */
export class ChartView {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #container: HTMLElement;
  readonly #options: ChartViewOptions;
  readonly #panes: PaneWatch;
  readonly #stop = new AbortController();
  readonly #hand: HandWatch;
  /** Null while the bars have no volume: then there is no pane for it either. */
  #volume: ISeriesApi<"Histogram"> | null = null;
  #indicatorSeries: ISeriesApi<"Line" | "Histogram">[] = [];
  #colours: ChartColours;
  #bars: BarColumns = NO_BARS;
  /** The bars that stand still while those at the end move. */
  #steady: BarColumns | null = null;
  #axis: TimeAxis | null = null;
  #indicators: DrawnIndicator[] = [];
  /** How many values of each indicator are drawn. */
  #drawn = 0;
  #steadyIndicators: DrawnIndicator[] | null = null;
  #marked: ChartMarker[] = [];
  #cursor: number | null = null;
  #scale: keyof typeof MODES = "linear";
  #wanted: { from: number; to: number } | null = null;

  constructor(container: HTMLElement, colours: ChartColours, options: ChartViewOptions = {}) {
    this.#container = container;
    this.#options = options;
    this.#colours = colours;
    this.#chart = createChart(container, chartOptions(options.wheelZoom ?? true));
    this.#candles = this.#chart.addSeries(CandlestickSeries, { priceLineVisible: false });
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#panes = new PaneWatch(this.#chart, container, (panes) => {
      this.#leaveRoom();
      options.onPanes?.(panes);
    });
    this.#hand = new HandWatch(container, this.#stop.signal);
    this.setColours(colours);
    this.#shapePanes();
    this.#listen();
  }

  setColours(colours: ChartColours): void {
    this.#colours = colours;
    this.#chart.applyOptions(themeOptions(colours));
    this.#candles.applyOptions(candleTheme(colours));
    if (this.#axis) {
      this.#drawVolume();
      this.#drawIndicators(this.#indicators);
      this.setMarkers(this.#marked);
    }
  }

  /** What layers such as drawings are built on. */
  get parts(): ChartParts {
    return {
      chart: this.#chart,
      candles: this.#candles,
      container: this.#container,
      gone: this.#stop.signal,
    };
  }

  /**
   * Shows other bars. What is in view stays in view, whatever came before, between or after it; only a view that holds
   * the newest bar follows a newer one. While `steady` is the same object as before, only bars from its last one on can
   * have changed, and only those are drawn again.
   */
  setBars(bars: BarColumns, steady: BarColumns, axis: TimeAxis, timeZone: string | null): void {
    const before = this.#bars;
    const isTail =
      steady === this.#steady && bars.time.length >= before.time.length && steady.time.length > 0;
    this.#bars = bars;
    this.#steady = steady;
    if (axis !== this.#axis) this.#chart.applyOptions(timeLabels(axis, timeZone));
    this.#axis = axis;
    if (isTail) return this.#updateTail(before, steady.time.length - 1);
    const view = before.time.length > 0 ? this.view() : null;
    const decimals = priceDecimals(bars.low);
    this.#candles.applyOptions({
      // The scale may run below zero to make room; no price does.
      priceFormat: {
        type: "custom",
        formatter: (price: number) => (price < 0 ? "" : formatPrice(price, { digits: decimals })),
        minMove: 10 ** -decimals,
      },
    });
    this.#candles.setData(axis.keys.map((key, i) => candlePoint(bars, i, key)));
    this.#drawVolume();
    const kept = view && anchoredView(before.time, bars.time, view);
    const now = this.#chart.timeScale().getVisibleLogicalRange();
    if (kept && (this.#wanted || !now || Math.abs(now.from - kept.from) > 0.5)) this.#show(kept);
  }

  #updateTail(before: BarColumns, from: number): void {
    const keys = this.#axis!.keys;
    const count = before.time.length;
    const tones = this.#volumeTones();
    for (let i = from; i < keys.length; i += 1) {
      if (i < count && isSameBar(before, this.#bars, i)) continue;
      const isPast = i < count - 1;
      this.#candles.update(candlePoint(this.#bars, i, keys[i]!), isPast);
      this.#volume?.update(volumePoint(this.#bars, i, keys[i]!, tones), isPast);
    }
  }

  /** While `steady` is the same object as before, only values from the last steady bar on are drawn again. */
  setIndicators(indicators: DrawnIndicator[], steady: DrawnIndicator[] = indicators): void {
    const isTail = steady === this.#steadyIndicators && indicators !== this.#indicators && this.#steady;
    this.#indicators = indicators;
    this.#steadyIndicators = steady;
    if (!isTail) return this.#drawIndicators(indicators);
    const { keys } = this.#axis!;
    let place = 0;
    const from = Math.max(0, this.#steady!.time.length - 1);
    for (const indicator of indicators)
      for (const line of indicator.lines)
        updateIndicatorLine(this.#indicatorSeries[place++], line, keys, from, this.#drawn, this.#colours);
    this.#drawn = keys.length;
  }

  #drawIndicators(indicators: DrawnIndicator[]): void {
    this.#drawn = this.#axis?.keys.length ?? 0;
    const wanted = this.#placeIndicators(indicators);
    for (const series of this.#indicatorSeries) this.#chart.removeSeries(series);
    this.#indicatorSeries = [];
    const ofPane = { type: "price" as const, precision: 2, minMove: 0.01 };
    for (const { indicator, pane } of wanted) {
      const format = pane === 0 ? this.#candles.options().priceFormat : ofPane;
      indicator.lines.forEach((_, i) =>
        this.#indicatorSeries.push(
          addIndicatorLine(this.#chart, indicator, i, this.#axis!.keys, pane, format, this.#colours),
        ),
      );
    }
    for (const { indicator, pane } of wanted)
      if (indicator.place === "pane")
        // Room for the legend's line at the pane's top.
        this.#chart.priceScale("right", pane).applyOptions({ scaleMargins: { top: 0.24, bottom: 0.08 } });
    this.#shapePanes();
  }

  setMarkers(markers: ChartMarker[]): void {
    this.#marked = markers;
    const tones = {
      up: this.#colours.up,
      down: this.#colours.down,
      warn: this.#colours.warn,
      accent: this.#colours.accent,
      neutral: this.#colours.text,
    };
    const drawn: SeriesMarker<Time>[] = [];
    for (const { time, side, shape, tone, text } of markers) {
      const key = this.#axis?.keyOf(time);
      if (key === undefined) continue;
      drawn.push({
        time: keyTime(key),
        position: side === "above" ? "aboveBar" : "belowBar",
        shape,
        color: tones[tone],
        text,
      });
    }
    this.#markers.setMarkers(drawn.sort((a, b) => (a.time as number) - (b.time as number)));
  }

  setScale(scale: "linear" | "log" | "percent"): void {
    this.#scale = scale;
    this.#applyScale();
  }

  /** The library hands a scale's mode on to panes that come later: only that of the prices is meant. */
  #applyScale(): void {
    this.#chart.panes().forEach((_, i) => {
      if (i > 0) this.#chart.priceScale("right", i).applyOptions({ mode: PriceScaleMode.Normal });
    });
    this.#candles.priceScale().applyOptions({ mode: MODES[this.#scale] });
  }

  /** Shows the bars from index `from` to index `to`, with a little air on the right when `to` is the newest. */
  showBars(from: number, to: number): void {
    const air = to >= this.#bars.time.length - 1 ? RIGHT_ROOM_BARS : 0;
    this.#hand.forget();
    this.#show({ from: from - 0.5, to: to + 0.5 + air });
  }

  /** The bars in view; what was asked for last, while the library has not drawn it yet. */
  view(): { from: number; to: number } | null {
    return this.#wanted ?? this.#chart.timeScale().getVisibleLogicalRange();
  }

  #show(view: { from: number; to: number }): void {
    if (this.#stop.signal.aborted) return;
    this.#wanted = view;
    this.#chart.timeScale().setVisibleLogicalRange(view);
  }

  /** Moves the crosshair by bars; it starts at the last bar in view and pulls the view along. */
  moveCrosshair(step: number): void {
    const view = this.view();
    if (!view || !this.#axis || this.#bars.time.length === 0) return;
    const lastIndex = this.#bars.time.length - 1;
    const start = this.#cursor ?? Math.min(lastIndex, Math.floor(view.to)) - step;
    const index = Math.max(0, Math.min(lastIndex, start + step));
    if (index < view.from) this.pan(index - view.from - 1);
    if (index > view.to) this.pan(index - view.to + 1);
    this.placeCrosshair(index);
  }

  placeCrosshair(index: number | null): void {
    if (this.#stop.signal.aborted) return;
    this.#cursor = index;
    if (index === null) this.#chart.clearCrosshairPosition();
    else
      this.#chart.setCrosshairPosition(
        this.#bars.close[index]!,
        keyTime(this.#axis!.keys[index]!),
        this.#candles,
      );
    this.#options.onCrosshair?.(index);
  }

  /** Moves the view by bars, not past the ends of what is loaded: an empty view would lead nowhere. */
  pan(bars: number): void {
    const view = this.view();
    if (!view) return;
    this.#hand.note();
    const span = view.to - view.from;
    const from = Math.max(
      Math.min(view.from, -EDGE_BARS),
      Math.min(view.from + bars, Math.max(view.from, this.#bars.time.length - EDGE_BARS)),
    );
    this.#show({ from, to: from + span });
  }

  /** Shows `factor` times as many bars, holding the right edge. */
  zoom(factor: number): void {
    const view = this.view();
    if (!view) return;
    this.#hand.note();
    const span = Math.max(5, (view.to - view.from) * factor);
    this.#show({ from: view.to - span, to: view.to });
  }

  /** A copy of what is on the screen, drawings included. */
  takePicture(): HTMLCanvasElement {
    return this.#chart.takeScreenshot(true);
  }

  dispose(): void {
    this.#stop.abort();
    this.#panes.dispose();
    this.#chart.remove();
  }

  #placeIndicators(indicators: DrawnIndicator[]) {
    let pane = this.#volume ? 1 : 0;
    return indicators.map((indicator) => ({
      indicator,
      pane: indicator.place === "overlay" ? 0 : (pane += 1),
    }));
  }

  #drawVolume(): void {
    if (!hasVolume(this.#bars)) {
      if (!this.#volume) return;
      this.#chart.removeSeries(this.#volume);
      this.#volume = null;
      this.#drawIndicators(this.#indicators);
      return;
    }
    if (!this.#volume) {
      this.#drawIndicators([]);
      this.#volume = this.#chart.addSeries(
        HistogramSeries,
        { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
        1,
      );
    }
    const tones = this.#volumeTones();
    this.#volume.setData(this.#axis!.keys.map((key, i) => volumePoint(this.#bars, i, key, tones)));
  }

  #volumeTones() {
    return { up: faded(this.#colours.up, 0.45), down: faded(this.#colours.down, 0.45) };
  }

  #shapePanes(): void {
    const panes = this.#chart.panes();
    panes.forEach((pane, i) => pane.setStretchFactor(i === 0 ? 6 : i === 1 && this.#volume ? 1.2 : 1.8));
    this.#applyScale();
    this.#panes.renew();
  }

  /** Leaves room above the prices for the legend, which takes more lines on a narrow chart. */
  #leaveRoom(): void {
    const top = this.#container.clientWidth < NARROW_PIXELS ? 0.26 : 0.12;
    if (this.#candles.priceScale().options().scaleMargins.top !== top)
      this.#candles.priceScale().applyOptions({ scaleMargins: { top, bottom: 0.06 } });
  }

  #listen(): void {
    this.#chart.subscribeCrosshairMove(({ logical, sourceEvent, point }) => {
      if (!sourceEvent && !point) {
        if (this.#cursor === null) this.#options.onCrosshair?.(null);
        return;
      }
      if (!sourceEvent) return;
      const index = logical === undefined ? null : Math.round(logical);
      this.#cursor = index !== null && index >= 0 && index < this.#bars.time.length ? index : null;
      this.#options.onCrosshair?.(this.#cursor);
    });
    // That a mouse left, the library tells as it tells that a follower's cursor was cleared: it cannot be heard there.
    const { signal } = this.#stop;
    const onLeave = ({ pointerType }: PointerEvent) => pointerType === "mouse" && this.placeCrosshair(null);
    this.#container.addEventListener("pointerleave", onLeave, { signal });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      this.#wanted = null;
      if (!range) return;
      this.#options.onView?.({ from: range.from, to: range.to, byHand: this.#hand.isAtWork() });
    });
  }
}
