import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  PriceScaleMode,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";

import { hasVolume, priceDecimals } from "@/features/chart/bars";
import { faded, type ChartColours } from "@/features/chart/chart-colours";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import { addIndicatorLine, type DrawnIndicator } from "@/features/chart/indicator-series";
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

export type PanePlace = { top: number; height: number };

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

const RIGHT_ROOM_BARS = 3;
const EDGE_BARS = 3;
const GESTURE_MS = 1_200;
const NARROW_PIXELS = 560;

const seconds = (key: number) => key as UTCTimestamp;

/** Draws bars, volume and indicators. Holds no state of the application: what it is given, it shows. */
export class ChartView {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #container: HTMLElement;
  readonly #options: ChartViewOptions;
  readonly #paneWatch: ResizeObserver;
  readonly #stop = new AbortController();
  /** Null while the bars have no volume: then there is no pane for it either. */
  #volume: ISeriesApi<"Histogram"> | null = null;
  #indicatorSeries: ISeriesApi<"Line" | "Histogram">[] = [];
  #colours: ChartColours;
  #bars: BarColumns = { time: [], open: [], high: [], low: [], close: [], volume: [] };
  #axis: TimeAxis | null = null;
  #indicators: DrawnIndicator[] = [];
  #marked: ChartMarker[] = [];
  #cursor: number | null = null;
  #wanted: { from: number; to: number } | null = null;
  #gestureUntil = 0;
  #isPressed = false;

  constructor(container: HTMLElement, colours: ChartColours, options: ChartViewOptions = {}) {
    this.#container = container;
    this.#options = options;
    this.#colours = colours;
    const wheel = options.wheelZoom ?? true;
    this.#chart = createChart(container, {
      autoSize: true,
      layout: { attributionLogo: true, fontSize: 11 },
      crosshair: { mode: CrosshairMode.Normal },
      handleScroll: { mouseWheel: wheel, vertTouchDrag: false },
      handleScale: { mouseWheel: wheel },
      // A label that would be cut at a pane's edge is left out.
      rightPriceScale: { borderVisible: false, entireTextOnly: true },
      timeScale: {
        borderVisible: false,
        rightOffset: RIGHT_ROOM_BARS,
        lockVisibleTimeRangeOnResize: true,
        minBarSpacing: 0.02,
        // Where many bars share a pixel they are drawn as one.
        enableConflation: true,
        rightBarStaysOnScroll: true,
      },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { priceLineVisible: false });
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#paneWatch = new ResizeObserver(() => {
      this.#leaveRoom();
      this.#tellPanes();
    });
    this.setColours(colours);
    this.#shapePanes();
    this.#listen();
  }

  setColours(colours: ChartColours): void {
    this.#colours = colours;
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colours.background },
        textColor: colours.text,
        fontFamily: colours.font,
        panes: { separatorColor: colours.border, separatorHoverColor: faded(colours.accent, 0.3) },
      },
      grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
      crosshair: {
        vertLine: { color: colours.crosshair, labelBackgroundColor: colours.crosshair },
        horzLine: { color: colours.crosshair, labelBackgroundColor: colours.crosshair },
      },
    });
    this.#candles.applyOptions({
      upColor: colours.up,
      downColor: colours.down,
      wickUpColor: colours.up,
      wickDownColor: colours.down,
      borderVisible: false,
    });
    if (this.#axis) {
      this.#drawVolume();
      this.setIndicators(this.#indicators);
      this.setMarkers(this.#marked);
    }
  }

  /** Shows other bars. Bars added on the left leave the view where it is: the library anchors it to the newest bar. */
  setBars(bars: BarColumns, axis: TimeAxis, timeZone: string | null): void {
    this.#bars = bars;
    this.#axis = axis;
    const decimals = priceDecimals(bars.low);
    this.#candles.applyOptions({
      // The scale may run below zero to make room; no price does.
      priceFormat: {
        type: "custom",
        formatter: (price: number) => (price < 0 ? "" : formatPrice(price, { digits: decimals })),
        minMove: 10 ** -decimals,
      },
    });
    this.#chart.applyOptions(timeLabels(axis, timeZone));
    this.#candles.setData(
      axis.keys.map((key, i) => ({
        time: seconds(key),
        open: bars.open[i]!,
        high: bars.high[i]!,
        low: bars.low[i]!,
        close: bars.close[i]!,
      })),
    );
    this.#drawVolume();
  }

  setIndicators(indicators: DrawnIndicator[]): void {
    this.#indicators = indicators;
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
        time: seconds(key),
        position: side === "above" ? "aboveBar" : "belowBar",
        shape,
        color: tones[tone],
        text,
      });
    }
    this.#markers.setMarkers(drawn.sort((a, b) => (a.time as number) - (b.time as number)));
  }

  setScale(scale: "linear" | "log"): void {
    this.#candles
      .priceScale()
      .applyOptions({ mode: scale === "log" ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
  }

  /** Shows the bars from index `from` to index `to`, with a little air on the right when `to` is the newest. */
  showBars(from: number, to: number): void {
    const air = to >= this.#bars.time.length - 1 ? RIGHT_ROOM_BARS : 0;
    // Whatever a hand did a moment ago, this view is not its work.
    this.#gestureUntil = 0;
    this.#show({ from: from - 0.5, to: to + 0.5 + air });
  }

  /** The bars in view; what was asked for last, while the library has not drawn it yet. */
  view(): { from: number; to: number } | null {
    return this.#wanted ?? this.#chart.timeScale().getVisibleLogicalRange();
  }

  #show(view: { from: number; to: number }): void {
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
    this.#cursor = index;
    if (index === null) this.#chart.clearCrosshairPosition();
    else
      this.#chart.setCrosshairPosition(
        this.#bars.close[index]!,
        seconds(this.#axis!.keys[index]!),
        this.#candles,
      );
    this.#options.onCrosshair?.(index);
  }

  /** Moves the view by bars, not past the ends of what is loaded: an empty view would lead nowhere. */
  pan(bars: number): void {
    const view = this.view();
    if (!view) return;
    this.#noteGesture();
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
    this.#noteGesture();
    const span = Math.max(5, (view.to - view.from) * factor);
    this.#show({ from: view.to - span, to: view.to });
  }

  /** A copy of what is on the screen. */
  takePicture(): HTMLCanvasElement {
    return this.#chart.takeScreenshot();
  }

  dispose(): void {
    this.#stop.abort();
    this.#paneWatch.disconnect();
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
    const { open, close, volume } = this.#bars;
    if (!hasVolume(this.#bars)) {
      if (!this.#volume) return;
      this.#chart.removeSeries(this.#volume);
      this.#volume = null;
      this.setIndicators(this.#indicators);
      return;
    }
    if (!this.#volume) {
      this.setIndicators([]);
      this.#volume = this.#chart.addSeries(
        HistogramSeries,
        { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
        1,
      );
    }
    const up = faded(this.#colours.up, 0.45);
    const down = faded(this.#colours.down, 0.45);
    this.#volume.setData(
      this.#axis!.keys.map((key, i) => {
        const value = volume[i] ?? Number.NaN;
        if (Number.isNaN(value)) return { time: seconds(key) };
        return { time: seconds(key), value, color: close[i]! >= open[i]! ? up : down };
      }),
    );
  }

  #shapePanes(): void {
    const panes = this.#chart.panes();
    panes.forEach((pane, i) => pane.setStretchFactor(i === 0 ? 6 : i === 1 && this.#volume ? 1.2 : 1.8));
    this.#paneWatch.disconnect();
    // Panes get their elements in the library's next frame.
    requestAnimationFrame(() => {
      if (this.#stop.signal.aborted) return;
      for (const pane of this.#chart.panes()) {
        const element = pane.getHTMLElement();
        if (element) this.#paneWatch.observe(element);
      }
      this.#tellPanes();
    });
  }

  /** Leaves room above the prices for the legend, which takes more lines on a narrow chart. */
  #leaveRoom(): void {
    const top = this.#container.clientWidth < NARROW_PIXELS ? 0.26 : 0.12;
    if (this.#candles.priceScale().options().scaleMargins.top !== top)
      this.#candles.priceScale().applyOptions({ scaleMargins: { top, bottom: 0.06 } });
  }

  #tellPanes(): void {
    if (!this.#options.onPanes || this.#stop.signal.aborted) return;
    const origin = this.#container.getBoundingClientRect().top;
    this.#options.onPanes(
      this.#chart.panes().map((pane) => {
        const box = pane.getHTMLElement()?.getBoundingClientRect();
        return box
          ? { top: Math.round(box.top - origin), height: Math.round(box.height) }
          : { top: 0, height: 0 };
      }),
    );
  }

  #noteGesture(): void {
    this.#gestureUntil = performance.now() + GESTURE_MS;
  }

  #listen(): void {
    const { signal } = this.#stop;
    const note = () => this.#noteGesture();
    this.#container.addEventListener("wheel", note, { signal, passive: true, capture: true });
    this.#container.addEventListener("dblclick", note, { signal, capture: true });
    this.#container.addEventListener("pointerdown", () => (this.#isPressed = true), {
      signal,
      capture: true,
    });
    for (const end of ["pointerup", "pointercancel"])
      window.addEventListener(
        end,
        () => {
          if (this.#isPressed) note();
          this.#isPressed = false;
        },
        { signal },
      );
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
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      this.#wanted = null;
      if (!range) return;
      const byHand = this.#isPressed || performance.now() < this.#gestureUntil;
      this.#options.onView?.({ from: range.from, to: range.to, byHand });
    });
  }
}
