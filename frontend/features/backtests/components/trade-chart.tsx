"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { exitWords, markTrades, stretchAround, type Trade } from "@/features/backtests/trades";
import { fetchBars, MAXIMUM_PAGE_BARS } from "@/features/chart/api";
import { firstBarFrom } from "@/features/chart/bars";
import { chartPath } from "@/features/chart/chart-state";
import { ChartLegend } from "@/features/chart/components/chart-legend";
import { PriceChart, type ViewRequest } from "@/features/chart/components/price-chart";
import { isIntraday, longInterval } from "@/features/chart/intervals";
import { barTimeFormat } from "@/features/chart/time-axis";
import type { RunRead } from "@/lib/api/generated";
import { formatCount, formatPercent, formatPlural, formatPrice } from "@/lib/format";
import { CandlestickChart } from "lucide-react";

/** Bars drawn at once; a longer run shows the part around the chosen trade, else its newest part. */
const WINDOW_BARS = 20_000;
const MARGIN_BARS = 2_000;

const instant = (seconds: number) => new Date(seconds * 1000).toISOString();

/** Which bars to load: all of a run, or a part around the chosen trade. Null bounds are the run's own. */
function windowOf(run: RunRead, chosen: Trade | null): { start: number; end: number } {
  const data = run.manifest!.data;
  const { first_time: first, last_time: last } = data;
  if (data.bars <= WINDOW_BARS) return { start: first, end: last + 1 };
  const bar = (last - first) / Math.max(1, data.bars - 1);
  if (!chosen) return { start: Math.floor(last - bar * WINDOW_BARS), end: last + 1 };
  // Windows stand on a fixed grid, so that neighbouring trades find theirs loaded already.
  const length = bar * (WINDOW_BARS - 2 * MARGIN_BARS);
  const place = Math.floor((chosen.entryTime - first) / length);
  const start = first + place * length - bar * MARGIN_BARS;
  return {
    start: Math.floor(Math.max(first, start)),
    end: Math.ceil(Math.min(last + 1, start + bar * WINDOW_BARS)),
  };
}

/** The run's prices with its entries and exits; a chosen trade is brought into view and stands out. */
export function TradeChart({
  run,
  symbol,
  trades,
  chosen,
  className,
}: {
  run: RunRead;
  /** The instrument that is shown: the run's, or one of its basket. */
  symbol: string;
  /** Its trades. */
  trades: Trade[];
  chosen: Trade | null;
  className?: string;
}) {
  const timeZone = isIntraday(run.interval) ? run.manifest!.data.timezone : null;
  const formatTime = useMemo(() => barTimeFormat(timeZone), [timeZone]);
  const { start, end } = windowOf(run, chosen);
  const query = useQuery({
    queryKey: ["bars", "run", run.id, symbol, start, end],
    queryFn: ({ signal }) =>
      fetchBars(
        {
          symbol,
          interval: run.interval,
          adjust: run.adjust,
          start: instant(start),
          end: instant(end),
          limit: MAXIMUM_PAGE_BARS,
        },
        signal,
      ),
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
  const bars = query.data;
  const isStale = query.isPlaceholderData;

  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [view, setView] = useState<{ from: number; to: number } | null>(null);
  useEffect(() => {
    if (!holder.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    watch.observe(holder.current);
    return () => watch.disconnect();
  }, []);

  const markers = useMemo(() => {
    if (!bars || bars.time.length === 0 || !view) return [];
    const at = (index: number) => bars.time[Math.max(0, Math.min(bars.time.length - 1, Math.round(index)))]!;
    const known = trades.filter((trade) => trade.entryTime <= bars.time.at(-1)!);
    return markTrades(known, { from: at(view.from), to: at(view.to) }, width, chosen?.number ?? null);
  }, [bars, trades, view, width, chosen]);

  const request = useMemo<ViewRequest | null>(() => {
    if (!bars || bars.time.length === 0 || isStale) return null;
    if (!chosen) return { from: 0, to: bars.time.length - 1, key: `all ${symbol} ${start}` };
    const stretch = stretchAround(chosen, bars.time, (time) => firstBarFrom(bars.time, time));
    return { ...stretch, key: `trade ${chosen.number}` };
  }, [bars, isStale, chosen, start, symbol]);

  const summary = useMemo(() => {
    if (!bars || bars.time.length === 0) return "No bars are shown.";
    const about = `${symbol}, ${longInterval(run.interval)}, ${formatCount(bars.time.length)} bars with ${formatPlural(trades.length, "trade")}.`;
    return chosen ? `${about} ${describeTrade(chosen, formatTime)}` : about;
  }, [run, symbol, bars, trades.length, chosen, formatTime]);

  return (
    <div ref={holder} className={className}>
      {query.isError && !bars ? (
        <ErrorState
          title="The prices of this run could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : !bars ? (
        <Skeleton className="h-full w-full" />
      ) : bars.time.length === 0 ? (
        <EmptyState icon={CandlestickChart} title="These bars are no longer stored">
          The report keeps its own figures, but the prices they came from were removed.
        </EmptyState>
      ) : (
        <PriceChart
          label={`${symbol} ${longInterval(run.interval)} prices with entries and exits`}
          bars={bars}
          timeZone={timeZone}
          markers={markers}
          request={request}
          wheelZoom={false}
          summary={summary}
          onView={({ from, to }) => setView({ from, to })}
          legend={(index, panes) => (
            <ChartLegend
              bars={bars}
              index={index}
              lastInView={view?.to}
              panes={panes}
              indicators={[]}
              titles={[]}
              formatTime={formatTime}
              isCompact={width < 480}
            />
          )}
          className="h-full"
        />
      )}
    </div>
  );
}

export function describeTrade(trade: Trade, formatTime: (time: number) => string): string {
  const exit =
    trade.exitTime === null
      ? "still open at the end"
      : `out on ${formatTime(trade.exitTime)} at ${formatPrice(trade.exitPrice)} (${exitWords(trade.exitReason).label.toLowerCase()})`;
  return `Trade ${trade.number}: ${trade.side} from ${formatTime(trade.entryTime)} at ${formatPrice(trade.entryPrice)}, ${exit}, ${formatPercent(trade.return, { signed: true })}.`;
}

/** A link to the whole chart of what the run was made on. */
export function OpenChartButton({ run, symbol }: { run: RunRead; symbol: string }) {
  return (
    <Button asChild variant="ghost" size="sm">
      <Link href={chartPath(symbol, { interval: run.interval, range: "All", adjust: run.adjust })}>
        <CandlestickChart aria-hidden /> Open chart
      </Link>
    </Button>
  );
}
