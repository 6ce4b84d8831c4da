"use client";

import {
  useEffect,
  useEffectEvent,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from "react";

import { useChartColours } from "@/features/chart/chart-colours";
import { ChartView, type ChartMarker } from "@/features/chart/chart-view";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { DrawnIndicator } from "@/features/chart/indicator-series";
import type { PanePlace } from "@/features/chart/pane-watch";
import { buildTimeAxis } from "@/features/chart/time-axis";
import { usePrintedPicture } from "@/features/chart/use-printed-picture";
import { cn } from "@/lib/cn";

export type ViewRequest = {
  /** Indices of the first and last bar to show. A request with another `key` is carried out once. */
  from: number;
  to: number;
  key: string;
};

const NO_INDICATORS: DrawnIndicator[] = [];
const NO_MARKERS: ChartMarker[] = [];

/**
 * Candles with volume and indicators. Works by keyboard: arrows move the crosshair, with Shift the view, + and − zoom,
 * Home and End go to the ends of what is loaded.
 */
export function PriceChart({
  label,
  bars,
  steady = bars,
  timeZone,
  indicators = NO_INDICATORS,
  steadyIndicators = indicators,
  markers = NO_MARKERS,
  scale = "linear",
  request,
  onScreenRef,
  wheelZoom,
  summary,
  legend,
  announce,
  onView,
  onCrosshair,
  onReady,
  className,
}: {
  /** Names the chart for readers. */
  label: string;
  bars: BarColumns;
  /** While this stays the same object, only bars from its last one on change. */
  steady?: BarColumns;
  /** The instrument's zone for bars within the day; null when times are dates. */
  timeZone: string | null;
  indicators?: DrawnIndicator[];
  /** The same for indicators: those of the steady bars. */
  steadyIndicators?: DrawnIndicator[];
  markers?: ChartMarker[];
  scale?: "linear" | "log" | "percent";
  request: ViewRequest | null;
  /** Key of the request that is on the screen; whoever moves the view otherwise writes the new view's key here. */
  onScreenRef?: RefObject<string | null>;
  wheelZoom?: boolean;
  /** What the chart shows, in words. */
  summary: string;
  /** Drawn over the panes; gets the bar under the crosshair, null without one, and where the panes stand. */
  legend?: (index: number | null, panes: PanePlace[]) => ReactNode;
  /** The bar in words, spoken when the crosshair moves by keyboard. */
  announce?: (index: number) => string;
  onView?: (view: { from: number; to: number; byHand: boolean }) => void;
  /** The bar under the crosshair, null when it is gone. */
  onCrosshair?: (index: number | null) => void;
  /** Gets the view when it stands, null when it is gone: layers such as drawings are attached to it. */
  onReady?: (view: ChartView | null) => void;
  className?: string;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<ChartView | null>(null);
  const [index, setIndex] = useState<number | null>(null);
  const [spoken, setSpoken] = useState("");
  const [panes, setPanes] = useState<PanePlace[]>([]);
  const colours = useChartColours();
  const id = useId();
  const axis = useMemo(() => buildTimeAxis(bars.time, timeZone), [bars.time, timeZone]);
  const tellCrosshair = useEffectEvent((next: number | null) => onCrosshair?.(next));
  const tellReady = useEffectEvent((next: ChartView | null) => onReady?.(next));
  const tellView = useEffectEvent((next: { from: number; to: number; byHand: boolean }) => onView?.(next));
  const isReady = colours !== null;

  const create = useEffectEvent((element: HTMLElement) => {
    return new ChartView(element, colours!, {
      onCrosshair: (next) => {
        setIndex(next);
        tellCrosshair(next);
      },
      onView: (next) => tellView(next),
      onPanes: setPanes,
      wheelZoom,
    });
  });

  useEffect(() => {
    if (!isReady || !holder.current) return;
    const made = create(holder.current);
    setView(made);
    tellReady(made);
    return () => {
      tellReady(null);
      made.dispose();
      setView(null);
    };
  }, [isReady]);

  useEffect(() => {
    if (view && colours) view.setColours(colours);
  }, [view, colours]);

  // In this order: indicators and markers stand on the bars' keys.
  useEffect(() => view?.setBars(bars, steady, axis, timeZone), [view, bars, steady, axis, timeZone]);
  useEffect(
    () => view?.setIndicators(indicators, steadyIndicators),
    [view, axis, indicators, steadyIndicators],
  );
  useEffect(() => view?.setMarkers(markers), [view, axis, markers]);
  useEffect(() => view?.setScale(scale), [view, scale]);
  usePrintedPicture(holder, view);

  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (!view) {
      asked.current = null;
      return;
    }
    if (!request || bars.time.length === 0 || asked.current === request.key) return;
    asked.current = request.key;
    if (onScreenRef) {
      if (onScreenRef.current === request.key) return;
      onScreenRef.current = request.key;
    }
    view.showBars(request.from, request.to);
  }, [view, bars, request, onScreenRef]);

  function steer(event: KeyboardEvent) {
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return;
    const span = view.view();
    const visible = span ? span.to - span.from : 100;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? view.pan(-visible / 5) : view.moveCrosshair(-1)),
      ArrowRight: () => (event.shiftKey ? view.pan(visible / 5) : view.moveCrosshair(1)),
      PageUp: () => view.pan(-visible * 0.8),
      PageDown: () => view.pan(visible * 0.8),
      "+": () => view.zoom(0.8),
      "=": () => view.zoom(0.8),
      "-": () => view.zoom(1.25),
      _: () => view.zoom(1.25),
      Home: () => view.pan(-(span?.from ?? 0)),
      End: () => view.pan(bars.time.length - 1 - (span?.to ?? 0) + 3),
      Escape: () => view.placeCrosshair(null),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // The crosshair's own event has set `index` by now; only keys are spoken, a moving pointer would never stop.
  const speak = (event: KeyboardEvent) => {
    if (/^Arrow(Left|Right)$/.test(event.key) && !event.shiftKey && index !== null && announce)
      setSpoken(announce(index));
  };

  return (
    <div className={cn("relative isolate", className)}>
      <div
        ref={holder}
        role="application"
        aria-label={label}
        aria-describedby={`${id}-summary ${id}-keys`}
        tabIndex={0}
        onKeyDown={steer}
        onKeyUp={speak}
        onBlur={() => view?.placeCrosshair(null)}
        // The canvases cover an outline: the ring lies over them.
        className="absolute inset-0 overflow-hidden rounded-lg outline-none after:pointer-events-none after:absolute after:inset-0 after:z-20 after:rounded-lg focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
      />
      {legend && (
        <div className="pointer-events-none absolute inset-0 z-10 overflow-hidden">
          {legend(index, panes)}
        </div>
      )}
      <p id={`${id}-summary`} className="sr-only">
        {summary}
      </p>
      <p id={`${id}-keys`} className="sr-only">
        Left and right arrows move from bar to bar, with Shift they move the view. Plus and minus zoom.
      </p>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}
