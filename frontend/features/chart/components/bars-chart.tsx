"use client";

import { LineChart } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { MAXIMUM_PAGE_BARS, useBars } from "@/features/chart/api";
import { estimateBars } from "@/features/chart/bars";
import { rangeStart, RANGES, type ChartState, type Range } from "@/features/chart/chart-state";
import type { DrawnIndicator } from "@/features/chart/indicator-series";
import { describeBar, describeSpan, describeView } from "@/features/chart/chart-words";
import { ChartLegend } from "@/features/chart/components/chart-legend";
import { PriceChart } from "@/features/chart/components/price-chart";
import { findIndicator, formatIndicator, titleOf } from "@/features/chart/indicator-catalog";
import { intervalSeconds, isIntraday, longInterval, type Interval } from "@/features/chart/intervals";
import { barTimeFormat } from "@/features/chart/time-axis";
import { LOOK_AHEAD_BARS, useChartView, useViewRequest } from "@/features/chart/use-chart-view";
import type { ChangeChart } from "@/features/chart/use-chart-state";
import type { Instrument } from "@/lib/api/contract";
import { formatCount } from "@/lib/format";

const SMALLEST_FIRST_PAGE = 600;
const LARGEST_FIRST_PAGE = 20_000;

/** Bars before the view until averages that never forget have all but forgotten where they began. */
function warmUp(state: ChartState): number {
  return Math.max(0, ...state.indicators.flatMap((indicator) => indicator.settings)) * 10;
}

function firstPage(state: ChartState, interval: Interval, instrument: Instrument): number {
  const newest = Date.parse(instrument.last_bar_at ?? "") / 1000;
  const start = state.window ? state.window.from : rangeStart(state.range ?? "1Y", newest);
  const wanted =
    start === null || Number.isNaN(newest)
      ? LARGEST_FIRST_PAGE
      : estimateBars(
          newest - start,
          intervalSeconds(interval),
          instrument.asset_class === "crypto" || instrument.asset_class === "forex",
        );
  const rounded = Math.ceil((wanted + warmUp(state) + LOOK_AHEAD_BARS) / 200) * 200;
  return Math.min(LARGEST_FIRST_PAGE, Math.max(SMALLEST_FIRST_PAGE, rounded));
}

const RANGE_NAMES: Record<Range, string> = {
  "1M": "1 month",
  "3M": "3 months",
  "6M": "6 months",
  "1Y": "1 year",
  "5Y": "5 years",
  All: "All bars",
};

/** The bars of an instrument in one interval, with what is below the chart: range, prices, scale. */
export function BarsChart({
  instrument,
  interval,
  state,
  change,
}: {
  instrument: Instrument;
  interval: Interval;
  state: ChartState;
  change: ChangeChart;
}) {
  const [pageSize] = useState(() => firstPage(state, interval, instrument));
  const request = useMemo(
    () => ({ symbol: instrument.symbol, interval, adjust: state.adjust }),
    [instrument.symbol, interval, state.adjust],
  );
  const { bars, hasNextPage, isFetchingNextPage, fetchNextPage, ...query } = useBars(request, pageSize);
  const timeZone = isIntraday(interval) ? instrument.timezone : null;
  const formatTime = useMemo(() => barTimeFormat(timeZone), [timeZone]);
  const count = bars.time.length;
  const newest = bars.time[count - 1];
  const oldest = bars.time[0];

  // Where the view is meant to begin: by the range button, or as it was left by hand.
  const start = state.window?.from ?? (newest === undefined ? null : rangeStart(state.range ?? "1Y", newest));
  const wantsMore =
    hasNextPage && oldest !== undefined && count < MAXIMUM_PAGE_BARS && (start === null || start < oldest);
  useEffect(() => {
    if (wantsMore && !isFetchingNextPage && !query.isFetchNextPageError) void fetchNextPage();
  }, [wantsMore, isFetchingNextPage, query.isFetchNextPageError, fetchNextPage]);

  const { view, onView, onScreenRef } = useChartView(
    bars,
    hasNextPage,
    isFetchingNextPage,
    fetchNextPage,
    change,
  );
  const viewRequest = useViewRequest(state, bars, start, wantsMore);

  const indicators = useMemo<DrawnIndicator[]>(
    () =>
      state.indicators.map((indicator, i) => {
        const kind = findIndicator(indicator.id)!;
        return {
          key: formatIndicator(indicator),
          place: kind.place,
          levels: kind.levels ?? [],
          colour: i,
          lines: kind.compute(bars, indicator.settings),
        };
      }),
    [bars, state.indicators],
  );
  const titles = useMemo(() => state.indicators.map(titleOf), [state.indicators]);
  const settledView = useDeferredValue(view);
  const summary = useMemo(
    () => describeView(instrument.symbol, interval, bars, settledView, indicators, titles, formatTime),
    [instrument, interval, bars, settledView, indicators, titles, formatTime],
  );

  if (query.isError && count === 0)
    return (
      <ErrorState
        title={`The ${longInterval(interval)} bars of ${instrument.symbol} could not be loaded`}
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  if (query.isSuccess && count === 0)
    return (
      <EmptyState icon={LineChart} title="No bars in this interval">
        {instrument.symbol} has no {longInterval(interval)} bars. Choose another interval.
      </EmptyState>
    );

  const isCapped = start === null && hasNextPage && count >= MAXIMUM_PAGE_BARS;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg bg-card">
      <div className="relative flex min-h-96 flex-1">
        <PriceChart
          label={`${instrument.symbol} ${longInterval(interval)} price chart`}
          bars={bars}
          timeZone={timeZone}
          indicators={indicators}
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
        {(query.isPending || isFetchingNextPage) && (
          <div className="absolute bottom-10 left-2 z-10 rounded-md bg-card/90 px-2 py-1">
            <Spinner label={query.isPending ? "Loading bars" : "Loading older bars"} className="text-xs" />
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
          {query.isFetchNextPageError
            ? "Older bars could not be loaded."
            : isCapped
              ? `The newest ${formatCount(count)} bars; scroll left for older ones.`
              : view && describeSpan(bars, view, barTimeFormat(timeZone, "date"))}
        </p>
        {query.isFetchNextPageError && (
          <Button variant="ghost" size="sm" onClick={() => void fetchNextPage()}>
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
