"use client";

import { LineChart } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { MAXIMUM_PAGE_BARS } from "@/features/chart/api";
import { resolveZone, useAxisZone } from "@/features/chart/axis-zone";
import { useChartColours } from "@/features/chart/chart-colours";
import type { ChartLink } from "@/features/chart/chart-link";
import { rangeStart, type ChartState } from "@/features/chart/chart-state";
import type { ChartView } from "@/features/chart/chart-view";
import { describeBar, describeSpan, describeView } from "@/features/chart/chart-words";
import { ChartFooter } from "@/features/chart/components/chart-footer";
import { ChartLegend } from "@/features/chart/components/chart-legend";
import { ExportMenu, ZoneMenu } from "@/features/chart/components/chart-menu";
import { CompareLegend } from "@/features/chart/components/compare-chips";
import { DrawingToolbar } from "@/features/chart/components/drawing-toolbar";
import { LiveBadge } from "@/features/chart/components/live-badge";
import { PriceChart } from "@/features/chart/components/price-chart";
import { DRAWING_NAMES, drawingHint } from "@/features/chart/drawings/drawing";
import { useChartDrawings } from "@/features/chart/drawings/use-chart-drawings";
import { findIndicator, titleOf } from "@/features/chart/indicator-catalog";
import { isIntraday, longInterval, type Interval } from "@/features/chart/intervals";
import { computeIndicators, extendIndicators } from "@/features/chart/live-indicators";
import { barTimeFormat } from "@/features/chart/time-axis";
import { useOlderUntil, type ChartBars } from "@/features/chart/use-chart-bars";
import { useChartExport } from "@/features/chart/use-chart-export";
import { useChartLink } from "@/features/chart/use-chart-link";
import type { ChangeChart } from "@/features/chart/use-chart-state";
import { useChartView, useViewRequest } from "@/features/chart/use-chart-view";
import { useCompared, useCompareLines } from "@/features/chart/use-compared";
import { useSessionBands } from "@/features/chart/use-sessions";
import type { Instrument } from "@/lib/api/contract";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";

/** The bars of a source with their drawings and compared symbols, the tools above and the ranges below. */
export function BarsChart({
  source,
  instrument,
  interval,
  state,
  change,
  link = null,
  isActive = true,
  isCompact = false,
  whyEmpty,
}: {
  source: ChartBars;
  instrument: Instrument;
  interval: Interval;
  state: ChartState;
  change: ChangeChart;
  /** Joins this chart to others on the page. */
  link?: ChartLink | null;
  /** Shows the tools: on a page of several charts only those of the active one. */
  isActive?: boolean;
  /** One of several: smaller, and without what is below the chart. */
  isCompact?: boolean;
  /** Says why there are no bars, where that is not for want of stored ones. */
  whyEmpty?: string;
}) {
  const { bars, steady } = source;
  const [chart, setChart] = useState<ChartView | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const colours = useChartColours();
  const zone = useAxisZone();
  const timeZone = isIntraday(interval) ? resolveZone(zone, instrument.timezone) : null;
  const formatTime = useMemo(() => barTimeFormat(timeZone), [timeZone]);
  const count = bars.time.length;
  const newest = bars.time[count - 1];

  // Where the view is meant to begin: by the range button, or as it was left by hand.
  const start = state.window?.from ?? (newest === undefined ? null : rangeStart(state.range ?? "1Y", newest));
  const isWaiting = useOlderUntil(source, start);
  const { view, onView, onScreenRef } = useChartView(source, change);
  const viewRequest = useViewRequest(state, bars, start, isWaiting);
  const { tellCursor, tellView } = useChartLink(link, chart, bars);

  const isComparing = state.compare.length > 0;
  // On a scale in percent every line counts from its own start: an average would leave its prices.
  const chosen = useMemo(
    () =>
      isComparing
        ? state.indicators.filter(({ id }) => findIndicator(id)?.place === "pane")
        : state.indicators,
    [isComparing, state.indicators],
  );
  const steadyIndicators = useMemo(
    () =>
      computeIndicators(steady, chosen).map((drawn, i) => ({
        ...drawn,
        // The colour of its chip, also while others are hidden.
        colour: state.indicators.indexOf(chosen[i]!),
      })),
    [steady, chosen, state.indicators],
  );
  const indicators = useMemo(
    () =>
      bars === steady
        ? steadyIndicators
        : extendIndicators(steadyIndicators, chosen, bars, steady.time.length),
    [bars, steady, steadyIndicators, chosen],
  );
  const titles = useMemo(() => chosen.map(titleOf), [chosen]);
  const settledView = useDeferredValue(view);
  const summary = useMemo(
    () => describeView(instrument.symbol, interval, bars, settledView, indicators, titles, formatTime),
    [instrument, interval, bars, settledView, indicators, titles, formatTime],
  );

  const compared = useCompared(state.compare, interval, state.adjust, bars);
  useCompareLines(chart, colours, compared, bars.time, timeZone);
  useSessionBands(chart, colours, instrument, bars.time, interval);
  const drawing = useChartDrawings(instrument.id, interval, state.adjust, chart, colours, bars);

  const { tool } = drawing.toolbar;
  const isCapped = start === null && source.hasOlder && count >= MAXIMUM_PAGE_BARS;
  const span = view ? describeSpan(bars, view, barTimeFormat(timeZone, "date")) : "";
  const { savePicture, saveCsv } = useChartExport({
    chart,
    symbol: instrument.symbol,
    interval,
    adjust: state.adjust,
    bars,
    view,
    indicators,
    titles,
    compared: state.compare,
    span,
    source: source.attribution ?? "",
  });

  if (source.error && !source.isLoaded)
    return (
      <ErrorState
        title={`The ${longInterval(interval)} bars of ${instrument.symbol} could not be loaded`}
        error={source.error}
        onRetry={source.reload}
      />
    );
  if (source.isLoaded && count === 0)
    return (
      <EmptyState icon={LineChart} title={whyEmpty ? "No bars yet at this time" : "No bars in this interval"}>
        {whyEmpty ?? `${instrument.symbol} has no ${longInterval(interval)} bars. Choose another interval.`}
      </EmptyState>
    );

  return (
    <div
      className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg bg-card"
      onKeyDownCapture={drawing.onKey}
    >
      {isActive && (
        <div className="flex items-center gap-x-2 gap-y-0.5 border-b px-1.5 py-1 max-sm:overflow-x-auto sm:flex-wrap max-sm:[&>*]:shrink-0">
          <DrawingToolbar {...drawing.toolbar} />
          <div className="ml-auto flex min-w-0 items-center">
            <LiveBadge
              state={source.state}
              lastAt={instrument.last_bar_at}
              attribution={source.attribution ?? null}
            />
            {timeZone !== null && <ZoneMenu exchangeZone={instrument.timezone} />}
            <ExportMenu onPicture={() => void savePicture()} onCsv={saveCsv} />
          </div>
        </div>
      )}
      <div className={cn("relative flex flex-1", isCompact ? "min-h-56" : "min-h-96")}>
        <PriceChart
          label={`${instrument.symbol} ${longInterval(interval)} price chart`}
          bars={bars}
          steady={steady}
          timeZone={timeZone}
          indicators={indicators}
          steadyIndicators={steadyIndicators}
          scale={isComparing ? "percent" : state.scale}
          request={viewRequest}
          onScreenRef={onScreenRef}
          summary={summary}
          announce={(index) => describeBar(bars, index, formatTime)}
          onView={(next) => {
            onView(next);
            tellView(next);
          }}
          onCrosshair={(index) => {
            setCursor(index);
            tellCursor(index);
          }}
          onReady={setChart}
          legend={(index, panes) => (
            <>
              <ChartLegend
                bars={bars}
                index={index}
                lastInView={view?.to}
                panes={panes}
                indicators={indicators}
                titles={titles}
                formatTime={formatTime}
                isCompact={isCompact}
              />
              {isComparing && (
                <CompareLegend
                  compared={compared}
                  closes={bars.close}
                  symbol={instrument.symbol}
                  from={view?.from ?? 0}
                  at={cursor ?? Math.min(count - 1, Math.floor(view?.to ?? count - 1))}
                />
              )}
            </>
          )}
          className="flex-1"
        />
        {tool !== null && (
          <p
            role="status"
            className="pointer-events-none absolute bottom-10 left-1/2 z-20 -translate-x-1/2 rounded-md bg-secondary px-2.5 py-1 text-xs whitespace-nowrap shadow-sm"
          >
            {DRAWING_NAMES[tool]}: {drawingHint(tool)}
          </p>
        )}
        {(source.isPending || source.isLoadingOlder) && (
          <div className="absolute bottom-10 left-2 z-10 rounded-md bg-card/90 px-2 py-1">
            <Spinner label={source.isPending ? "Loading bars" : "Loading older bars"} className="text-xs" />
          </div>
        )}
      </div>
      {!isCompact && (
        <ChartFooter
          interval={interval}
          state={state}
          change={change}
          oldest={source.hasOlder ? source.oldest : bars.time[0]}
          newest={newest}
          note={
            source.hasOlderFailed
              ? "Older bars could not be loaded."
              : isCapped
                ? `The newest ${formatCount(count)} bars; scroll left for older ones.`
                : span
          }
          onRetryOlder={source.hasOlderFailed ? source.loadOlder : null}
        />
      )}
    </div>
  );
}
