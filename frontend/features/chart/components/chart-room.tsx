"use client";

import { CandlestickChart, FlaskConical, LineChart } from "lucide-react";
import Link from "next/link";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { MAXIMUM_PAGE_BARS, useBars, useInstrument, useInstrumentSearch } from "@/features/chart/api";
import { estimateBars, firstBarFrom, summarizeWindow } from "@/features/chart/bars";
import { rangeStart, RANGES, type ChartState, type Range } from "@/features/chart/chart-state";
import type { DrawnIndicator } from "@/features/chart/chart-view";
import { ChartLegend } from "@/features/chart/components/chart-legend";
import {
  IndicatorChip,
  indicatorColour,
  IndicatorPicker,
} from "@/features/chart/components/indicator-picker";
import { IntervalSwitch } from "@/features/chart/components/interval-switch";
import { PriceChart, type ViewRequest } from "@/features/chart/components/price-chart";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { findIndicator, formatIndicator, titleOf, type BarColumns } from "@/features/chart/indicator-catalog";
import {
  intervalSeconds,
  isIntraday,
  longInterval,
  nearestInterval,
  type Interval,
} from "@/features/chart/intervals";
import { barTimeFormat } from "@/features/chart/time-axis";
import { useChartState, type ChangeChart } from "@/features/chart/use-chart-state";
import type { Instrument } from "@/lib/api/contract";
import { formatCompact, formatCount, formatPercent, formatPrice } from "@/lib/format";

const SMALLEST_FIRST_PAGE = 600;
const LARGEST_FIRST_PAGE = 20_000;
const VIEW_SETTLES_MS = 350;
/** Older bars are asked for when the view comes this close to the oldest one, in bars. */
const LOOK_AHEAD_BARS = 120;

/** Longest of the chosen indicators' periods: bars before the view that its first values need. */
function warmUp(state: ChartState): number {
  return Math.max(0, ...state.indicators.flatMap((indicator) => indicator.settings)) * 3;
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

export function ChartRoom() {
  const [state, change] = useChartState();
  const instrument = useInstrument(state.symbol);
  const anything = useInstrumentSearch("", state.symbol === null);
  const firstSymbol =
    anything.data?.find((item) => item.intervals.length > 0)?.symbol ?? anything.data?.[0]?.symbol;

  useEffect(() => {
    if (state.symbol === null && firstSymbol) change({ symbol: firstSymbol }, "replace");
  }, [state.symbol, firstSymbol, change]);

  useEffect(() => {
    document.title = state.symbol ? `${state.symbol} chart · Flowrex` : "Chart · Flowrex";
  }, [state.symbol]);

  const importFirst = (
    <Button asChild size="sm">
      <Link href="/markets/import">Import a CSV</Link>
    </Button>
  );
  if (state.symbol === null) {
    if (anything.isError)
      return <ErrorState error={anything.error} onRetry={() => void anything.refetch()} />;
    if (anything.isSuccess && !firstSymbol)
      return (
        <EmptyState icon={CandlestickChart} title="Nothing to draw yet" action={importFirst}>
          The chart shows the bars of an instrument. Bring some in from a CSV file first.
        </EmptyState>
      );
    return <ChartSkeleton />;
  }
  if (instrument.isError)
    return (
      <ErrorState
        title={`${state.symbol} could not be loaded`}
        error={instrument.error}
        onRetry={() => void instrument.refetch()}
      />
    );
  if (instrument.isPending) return <ChartSkeleton />;
  if (instrument.data === null)
    return (
      <EmptyState
        icon={CandlestickChart}
        title={`There is no instrument ${state.symbol}`}
        action={
          <>
            <SymbolSwitcher symbol={null} onChoose={(symbol) => change({ symbol })} className="w-32" />
            {importFirst}
          </>
        }
      >
        It may be spelt differently here, or its bars are not imported yet.
      </EmptyState>
    );
  return (
    <InstrumentChart key={instrument.data.id} instrument={instrument.data} state={state} change={change} />
  );
}

function ChartSkeleton() {
  return (
    <div className="grid gap-3" role="status" aria-label="Loading the chart">
      <Skeleton className="h-9 w-full max-w-2xl" />
      <Skeleton className="h-[calc(100dvh-10rem)] min-h-96 w-full" />
    </div>
  );
}

function InstrumentChart({
  instrument,
  state,
  change,
}: {
  instrument: Instrument;
  state: ChartState;
  change: ChangeChart;
}) {
  const interval = nearestInterval(state.interval, instrument.intervals);
  const hasBars = instrument.intervals.length > 0;
  useEffect(() => {
    if (hasBars && state.interval !== interval) change({ interval }, "replace");
  }, [hasBars, state.interval, interval, change]);

  return (
    <div className="flex min-h-[calc(100dvh-11rem)] flex-col gap-3 md:h-[calc(100dvh-3.5rem)] md:min-h-[36rem]">
      <h1 className="sr-only">{`Chart of ${instrument.symbol}`}</h1>
      <div className="flex flex-wrap items-center gap-2">
        <SymbolSwitcher
          symbol={instrument.symbol}
          onChoose={(symbol) => change({ symbol, window: null, range: state.range ?? "1Y" })}
          className="min-w-28"
        />
        <IntervalSwitch
          value={interval}
          stored={instrument.intervals}
          onChange={(next) => change({ interval: next })}
          className="order-last max-w-full md:order-none"
        />
        <IndicatorPicker chosen={state.indicators} onChange={(indicators) => change({ indicators })} />
        <Button asChild variant="ghost" size="sm" className="md:ml-auto">
          <Link href={`/strategies/new?symbol=${encodeURIComponent(instrument.symbol)}&interval=${interval}`}>
            <FlaskConical aria-hidden /> Test an idea
          </Link>
        </Button>
        {state.indicators.length > 0 && (
          <div className="order-last flex w-full flex-wrap gap-2">
            {state.indicators.map((indicator, i) => (
              <IndicatorChip
                key={formatIndicator(indicator)}
                indicator={indicator}
                colour={indicatorColour(i)}
                onChange={(settings) =>
                  change({
                    indicators: state.indicators.map((other, j) =>
                      j === i ? { ...other, settings } : other,
                    ),
                  })
                }
                onRemove={() => change({ indicators: state.indicators.filter((_, j) => j !== i) })}
              />
            ))}
          </div>
        )}
      </div>
      {hasBars ? (
        <BarsChart
          key={`${interval} ${state.adjust}`}
          instrument={instrument}
          interval={interval}
          state={state}
          change={change}
        />
      ) : (
        <EmptyState
          icon={CandlestickChart}
          title={`${instrument.symbol} has no bars yet`}
          action={
            <Button asChild size="sm">
              <Link href="/markets/import">Import a CSV</Link>
            </Button>
          }
        >
          The instrument exists, but nothing was imported into it.
        </EmptyState>
      )}
    </div>
  );
}

function BarsChart({
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

  const { view, onView, onScreenRef } = useView(bars, hasNextPage, isFetchingNextPage, fetchNextPage, change);
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
    () => describeView(instrument, interval, bars, settledView, indicators, titles, formatTime),
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

const RANGE_NAMES: Record<Range, string> = {
  "1M": "1 month",
  "3M": "3 months",
  "6M": "6 months",
  "1Y": "1 year",
  "5Y": "5 years",
  All: "All bars",
};

type View = { from: number; to: number };

/** Follows the view: loads older bars near the left end, and writes a view moved by hand into the address. */
function useView(
  bars: BarColumns,
  hasMore: boolean,
  isLoading: boolean,
  loadMore: () => unknown,
  change: ChangeChart,
) {
  const [view, setView] = useState<View | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  /** A window that was moved by hand is on the screen before the address asks for it. */
  const onScreenRef = useRef<string | null>(null);
  const latest = useRef({ bars, hasMore, isLoading, loadMore });
  useEffect(() => {
    latest.current = { bars, hasMore, isLoading, loadMore };
  });
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);

  const onView = useCallback(
    (next: View & { byHand: boolean }) => {
      setView({ from: next.from, to: next.to });
      const { hasMore: more, isLoading: busy, loadMore: load } = latest.current;
      if (!next.byHand) {
        if (timer.current) clearTimeout(timer.current);
        return;
      }
      if (next.from < LOOK_AHEAD_BARS && more && !busy) load();
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const { time } = latest.current.bars;
        if (time.length === 0) return;
        const at = (index: number) => time[Math.max(0, Math.min(time.length - 1, Math.round(index)))]!;
        const window = { from: at(next.from), to: at(next.to) };
        if (window.from >= window.to) return;
        onScreenRef.current = windowKey(window);
        change({ window, range: null }, "replace");
      }, VIEW_SETTLES_MS);
    },
    [change],
  );
  return { view, onView, onScreenRef };
}

function windowKey(window: { from: number; to: number }): string {
  return `${window.from} ${window.to}`;
}

/** Turns the address into what the chart is told to show. */
function useViewRequest(
  state: ChartState,
  bars: BarColumns,
  start: number | null,
  isWaiting: boolean,
): ViewRequest | null {
  const { window, range } = state;
  const key = window ? windowKey(window) : `range ${range}`;
  return useMemo(() => {
    const last = bars.time.length - 1;
    if (last < 0) return null;
    const from = start === null ? 0 : Math.min(last, firstBarFrom(bars.time, start));
    const to = window ? Math.max(from + 1, firstBarFrom(bars.time, window.to + 1) - 1) : last;
    // While older bars are on their way what is there is shown; the key changes when they are in.
    return { from, to, key: isWaiting ? `${key} at ${bars.time[0]}` : key };
  }, [bars.time, window, start, key, isWaiting]);
}

function describeSpan(bars: BarColumns, view: View, formatDate: (time: number) => string): string {
  const summary = summarizeWindow(bars, view.from, view.to);
  return summary
    ? `${formatDate(summary.from)} – ${formatDate(summary.to)}, ${formatPercent(summary.change, { signed: true })}`
    : "";
}

function describeBar(bars: BarColumns, index: number, formatTime: (time: number) => string): string {
  const before = bars.close[index - 1];
  const change =
    before === undefined
      ? ""
      : `, change ${formatPercent(bars.close[index]! / before - 1, { signed: true })}`;
  return `${formatTime(bars.time[index]!)}: open ${formatPrice(bars.open[index])}, high ${formatPrice(bars.high[index])}, low ${formatPrice(bars.low[index])}, close ${formatPrice(bars.close[index])}${change}, volume ${formatCompact(bars.volume[index])}`;
}

function describeView(
  instrument: Instrument,
  interval: Interval,
  bars: BarColumns,
  view: View | null,
  indicators: DrawnIndicator[],
  titles: string[],
  formatTime: (time: number) => string,
): string {
  const summary = view && summarizeWindow(bars, view.from, view.to);
  if (!summary) return "No bars are in view.";
  const sentences = [
    `${instrument.symbol}, ${longInterval(interval)}, ${formatCount(summary.count)} bars from ${formatTime(summary.from)} to ${formatTime(summary.to)}.`,
    `Close from ${formatPrice(summary.first)} to ${formatPrice(summary.last)}, ${formatPercent(summary.change, { signed: true })}.`,
    `Highest ${formatPrice(summary.highest.price)} on ${formatTime(summary.highest.time)}, lowest ${formatPrice(summary.lowest.price)} on ${formatTime(summary.lowest.time)}.`,
  ];
  const end = Math.min(bars.time.length - 1, Math.floor(view.to));
  indicators.forEach((indicator, i) => {
    const values = indicator.lines
      .map((line) => [line.label, line.values[end]] as const)
      .filter(([, value]) => value !== undefined && Number.isFinite(value))
      .map(([name, value]) => `${name} ${formatPrice(value)}`.trim());
    if (values.length > 0) sentences.push(`${titles[i]}: ${values.join(", ")}.`);
  });
  return sentences.join(" ");
}
