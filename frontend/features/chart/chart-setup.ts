/** How a chart of the library is set up: what never changes, and what the theme says. */
import {
  ColorType,
  CrosshairMode,
  type CandlestickSeriesPartialOptions,
  type ChartOptions,
  type DeepPartial,
  type IChartApi,
  type ISeriesApi,
} from "lightweight-charts";

import { faded, type ChartColours } from "@/features/chart/chart-colours";

/** What the layers of a chart (drawings, sessions, compared symbols) are built on. */
export type ChartParts = {
  chart: IChartApi;
  candles: ISeriesApi<"Candlestick">;
  container: HTMLElement;
  /** Aborted just before the chart is removed: what is asked of it then would be drawn in the next frame, and throw. */
  gone: AbortSignal;
};

export const RIGHT_ROOM_BARS = 3;

export function chartOptions(wheel: boolean): DeepPartial<ChartOptions> {
  return {
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
  };
}

export function themeOptions(colours: ChartColours): DeepPartial<ChartOptions> {
  return {
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
  };
}

export function candleTheme(colours: ChartColours): CandlestickSeriesPartialOptions {
  return {
    upColor: colours.up,
    downColor: colours.down,
    wickUpColor: colours.up,
    wickDownColor: colours.down,
    borderVisible: false,
  };
}
