"use client";

import { LineChart } from "lucide-react";
import { useDeferredValue, useMemo } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { MAXIMUM_PAGE_BARS } from "@/features/chart/api";
import { rangeStart, RANGES, type ChartState, type Range } from "@/features/chart/chart-state";
import { describeBar, describeSpan, describeView } from "@/features/chart/chart-words";
import { ChartLegend } from "@/features/chart/components/chart-legend";
import { PriceChart } from "@/features/chart/components/price-chart";
import { titleOf } from "@/features/chart/indicator-catalog";
import { isIntraday, longInterval, type Interval } from "@/features/chart/intervals";
import { computeIndicators, extendIndicators } from "@/features/chart/live-indicators";
import { barTimeFormat } from "@/features/chart/time-axis";
import { useOlderUntil, type ChartBars } from "@/features/chart/use-chart-bars";
import { useChartView, useViewRequest } from "@/features/chart/use-chart-view";
import type { ChangeChart } from "@/features/chart/use-chart-state";
import type { Instrument } from "@/lib/api/contract";
import { formatCount } from "@/lib/format";

const RANGE_NAMES: Record<Range, string> = {
  "1M": "1 month",
  "3M": "3 months",
  "6M": "6 months",
  "1Y": "1 year",
  "5Y": "5 years",
  All: "All bars",
};

/** The bars of a source, with what is below the chart: range, prices, scale. */
export function BarsChart({
  source,
  instrument,
  interval,
  state,
  change,
}: {
  source: ChartBars;
  instrument: Instrument;
  interval: Interval;
  state: ChartState;
  change: ChangeChart;
}) {
  const { bars, steady } = source;
  const timeZone = isIntraday(interval) ? instrument.timezone : null;
  const formatTime = useMemo(() => barTimeFormat(timeZone), [timeZone]);
  const count = bars.time.length;
  const newest = bars.time[count - 1];

  // Where the view is meant to begin: by the range button, or as it was left by hand.
  const start = state.window?.from ?? (newest === undefined ? null : rangeStart(state.range ?? "1Y", newest));
  const isWaiting = useOlderUntil(source, start);
  const { view, onView, onScreenRef } = useChartView(source, change);
  const viewRequest = useViewRequest(state, bars, start, isWaiting);

  const steadyIndicators = useMemo(
    () => computeIndicators(steady, state.indicators),
    [steady, state.indicators],
  );
  const indicators = useMemo(
    () =>
      bars === steady
        ? steadyIndicators
        : extendIndicators(steadyIndicators, state.indicators, bars, steady.time.length),
    [bars, steady, steadyIndicators, state.indicators],
  );
  const titles = useMemo(() => state.indicators.map(titleOf), [state.indicators]);
  const settledView = useDeferredValue(view);
  const summary = useMemo(
    () => describeView(instrument.symbol, interval, bars, settledView, indicators, titles, formatTime),
    [instrument, interval, bars, settledView, indicators, titles, formatTime],
  );

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
      <EmptyState icon={LineChart} title="No bars in this interval">
        {instrument.symbol} has no {longInterval(interval)} bars. Choose another interval.
      </EmptyState>
    );

  const isCapped = start === null && source.hasOlder && count >= MAXIMUM_PAGE_BARS;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg bg-card">
      <div className="relative flex min-h-96 flex-1">
        <PriceChart
          label={`${instrument.symbol} ${longInterval(interval)} price chart`}
          bars={bars}
          steady={steady}
          timeZone={timeZone}
          indicators={indicators}
          steadyIndicators={steadyIndicators}
          scale={state.scale}
          request={viewRequest}
          onScreenRef={onScreenRef}
          summary={summary}
          announce={(index) => describeBar(bars, index, formatTime)}
          onView={onView}
          legend={(index, panes) => (
            <ChartLegend
              bars={bars}
              index={index}
              lastInView={view?.to}
              panes={panes}
              indicators={indicators}
              titles={titles}
              formatTime={formatTime}
            />
          )}
          className="flex-1"
        />
        {(source.isPending || source.isLoadingOlder) && (
          <div className="absolute bottom-10 left-2 z-10 rounded-md bg-card/90 px-2 py-1">
            <Spinner label={source.isPending ? "Loading bars" : "Loading older bars"} className="text-xs" />
          </div>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2 border-t px-2 py-1.5">
        <ToggleGroup
          type="single"
          aria-label="Range"
          value={state.range ?? ""}
          onValueChange={(range) => change({ range: (range || state.range || "1Y") as Range, window: null })}
        >
          {RANGES.map((range) => (
            <ToggleGroupItem key={range} value={range} aria-label={RANGE_NAMES[range]}>
              {range}
            </ToggleGroupItem>
          ))}
        </ToggleGroup>
        <p className="text-xs text-muted-foreground tabular-nums" aria-hidden data-testid="span">
          {source.hasOlderFailed
            ? "Older bars could not be loaded."
            : isCapped
              ? `The newest ${formatCount(count)} bars; scroll left for older ones.`
              : view && describeSpan(bars, view, barTimeFormat(timeZone, "date"))}
        </p>
        {source.hasOlderFailed && (
          <Button variant="ghost" size="sm" onClick={source.loadOlder}>
            Try again
          </Button>
        )}
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <ToggleGroup
            type="single"
            aria-label="Prices"
            value={state.adjust}
            onValueChange={(adjust) => adjust && change({ adjust: adjust as ChartState["adjust"] })}
          >
            <ToggleGroupItem
              value="splits"
              title="Prices before a split divided by its ratio, volume multiplied"
            >
              Adjusted
            </ToggleGroupItem>
            <ToggleGroupItem value="none" title="Prices as they were traded on the day">
              Raw
            </ToggleGroupItem>
          </ToggleGroup>
          <ToggleGroup
            type="single"
            aria-label="Price scale"
            value={state.scale}
            onValueChange={(scale) => scale && change({ scale: scale as ChartState["scale"] })}
          >
            <ToggleGroupItem value="linear" title="Equal steps in price">
              Linear
            </ToggleGroupItem>
            <ToggleGroupItem value="log" title="Equal steps in percent">
              Log
            </ToggleGroupItem>
          </ToggleGroup>
        </div>
      </div>
    </div>
  );
}
