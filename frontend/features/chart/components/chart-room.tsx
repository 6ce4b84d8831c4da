"use client";

import { CandlestickChart, FlaskConical } from "lucide-react";
import Link from "next/link";
import { useEffect, useMemo, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { useInstrument, useInstrumentSearch } from "@/features/chart/api";
import type { ChartState } from "@/features/chart/chart-state";
import { BarsChart } from "@/features/chart/components/bars-chart";
import {
  IndicatorChip,
  indicatorColour,
  IndicatorPicker,
} from "@/features/chart/components/indicator-picker";
import { IntervalSwitch } from "@/features/chart/components/interval-switch";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { firstPage } from "@/features/chart/first-page";
import { formatIndicator } from "@/features/chart/indicator-catalog";
import { nearestInterval, type Interval } from "@/features/chart/intervals";
import { useChartBars } from "@/features/chart/use-chart-bars";
import { useChartState, type ChangeChart } from "@/features/chart/use-chart-state";
import type { Instrument } from "@/lib/api/contract";
import { keepVisit } from "@/lib/visits";

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

  const isDrawn = Boolean(instrument.data);
  useEffect(() => {
    if (isDrawn) keepVisit("chart");
  }, [isDrawn]);

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
        <StoredBarsChart
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

/** The chart of what is stored. The page size is chosen once: a chart that is looked at keeps its pages. */
function StoredBarsChart(props: {
  instrument: Instrument;
  interval: Interval;
  state: ChartState;
  change: ChangeChart;
}) {
  const { instrument, interval, state } = props;
  const [pageSize] = useState(() => firstPage(state, interval, instrument));
  const request = useMemo(
    () => ({ symbol: instrument.symbol, interval, adjust: state.adjust }),
    [instrument.symbol, interval, state.adjust],
  );
  return <BarsChart source={useChartBars(request, pageSize)} {...props} />;
}
