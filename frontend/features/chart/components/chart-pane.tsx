"use client";

import { CandlestickChart } from "lucide-react";
import { useEffect, useMemo, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import { useInstrument, useInstrumentSearch } from "@/features/chart/api";
import type { ChartLink } from "@/features/chart/chart-link";
import { fittingRange, type ChartState } from "@/features/chart/chart-state";
import { BarsChart } from "@/features/chart/components/bars-chart";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { firstPage } from "@/features/chart/first-page";
import { longInterval, nearestInterval, shortInterval, type Interval } from "@/features/chart/intervals";
import { useChartBars } from "@/features/chart/use-chart-bars";
import type { ChangePane } from "@/features/chart/use-chart-grid";
import { usePaneState, type ChangeChart } from "@/features/chart/use-chart-state";
import { noteWish } from "@/features/chart/wished-view";
import { ArrivingBars } from "@/features/feeds/components/arriving-bars";
import { BackfillStrip } from "@/features/feeds/components/backfill-progress";
import { BringData } from "@/features/feeds/components/bring-data";
import { useActiveReplay } from "@/features/replay/active-replay";
import { describePosition } from "@/features/replay/replay-texts";
import { useReplayBars } from "@/features/replay/use-replay-bars";
import type { Instrument } from "@/lib/api/contract";
import { cn } from "@/lib/cn";
import { keepVisit } from "@/lib/visits";

/** One chart of the page. Of several, a press or the focus makes it the one the controls act on. */
export function ChartPane({
  query,
  index,
  changePane,
  isActive,
  isAlone,
  onActivate,
  link,
}: {
  query: string;
  index: number;
  changePane: ChangePane;
  isActive: boolean;
  isAlone: boolean;
  onActivate: (index: number) => void;
  link: ChartLink | null;
}) {
  const [state, change] = usePaneState(query, index, changePane);
  const shown = <PaneContent {...{ state, change, index, isActive, isAlone, link }} />;
  if (isAlone) return shown;
  return (
    <section
      aria-label={`Chart ${index + 1}${state.symbol ? `, ${state.symbol}` : ""}${isActive ? ", active" : ""}`}
      onPointerDownCapture={() => !isActive && onActivate(index)}
      onFocusCapture={() => !isActive && onActivate(index)}
      className={cn(
        "flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden rounded-lg border",
        isActive ? "border-primary" : "border-transparent",
      )}
    >
      <p className="flex items-baseline gap-2 bg-card px-2 pt-1 text-xs">
        <span className="font-semibold">{state.symbol}</span>
        <span className="text-muted-foreground">{state.interval && shortInterval(state.interval)}</span>
      </p>
      {shown}
    </section>
  );
}

type Content = {
  state: ChartState;
  change: ChangeChart;
  /** Its place on the page. */
  index: number;
  isActive: boolean;
  isAlone: boolean;
  link: ChartLink | null;
};

function PaneContent({ state, change, index, isActive, isAlone, link }: Content) {
  const instrument = useInstrument(state.symbol);
  const anything = useInstrumentSearch("", state.symbol === null);
  const firstSymbol =
    anything.data?.find((item) => item.intervals.length > 0)?.symbol ?? anything.data?.[0]?.symbol;
  useEffect(() => {
    if (state.symbol === null && firstSymbol) change({ symbol: firstSymbol }, "replace");
  }, [state.symbol, firstSymbol, change]);

  const isDrawn = Boolean(instrument.data);
  useEffect(() => {
    if (isDrawn) keepVisit("chart");
  }, [isDrawn]);

  if (state.symbol === null) {
    if (anything.isError)
      return <ErrorState error={anything.error} onRetry={() => void anything.refetch()} />;
    if (anything.isSuccess && !firstSymbol)
      return (
        <EmptyState icon={CandlestickChart} title="Nothing to draw yet" action={<BringData />}>
          The chart shows the bars of an instrument. Add a symbol, or bring bars in from a CSV file.
        </EmptyState>
      );
    return <PaneSkeleton />;
  }
  if (instrument.isError)
    return (
      <ErrorState
        title={`${state.symbol} could not be loaded`}
        error={instrument.error}
        onRetry={() => void instrument.refetch()}
      />
    );
  if (instrument.isPending) return <PaneSkeleton />;
  if (instrument.data === null)
    return (
      <EmptyState
        icon={CandlestickChart}
        title={`There is no instrument ${state.symbol}`}
        action={
          <>
            <SymbolSwitcher symbol={null} onChoose={(symbol) => change({ symbol })} className="w-32" />
            <BringData query={state.symbol} />
          </>
        }
      >
        It may be spelt differently here, or it is not added yet.
      </EmptyState>
    );
  return (
    <InstrumentPane
      key={instrument.data.id}
      instrument={instrument.data}
      {...{ state, change, index, isActive, isAlone, link }}
    />
  );
}

export function PaneSkeleton() {
  return (
    <div className="flex min-h-56 flex-1" role="status" aria-label="Loading the chart">
      <Skeleton className="min-h-full w-full flex-1" />
    </div>
  );
}

function InstrumentPane({ instrument, ...content }: Content & { instrument: Instrument }) {
  const { state, change, index } = content;
  const replayId = useActiveReplay((replay) => replay.replayId);
  const interval = nearestInterval(state.interval, instrument.intervals);
  const hasBars = instrument.intervals.length > 0;
  useEffect(() => {
    if (!hasBars || state.interval === interval) return;
    const shown = { interval, range: fittingRange(state.range, interval) };
    if (state.interval !== null) noteWish(index, state, shown);
    change(shown, "replace");
  }, [hasBars, state, interval, change, index]);
  if (!hasBars) return <ArrivingBars instrument={instrument} />;
  const Chart = replayId === null ? StoredBarsChart : ReplayedBarsChart;
  return (
    <>
      {replayId === null && <BackfillStrip instrumentId={instrument.id} />}
      <Chart
        key={`${interval} ${state.adjust} ${replayId ?? ""}`}
        instrument={instrument}
        interval={interval}
        {...content}
      />
    </>
  );
}

/** The chart of what was known where the tab's replay stands. Compared symbols are left out: they come from the present. */
function ReplayedBarsChart({ isAlone, ...props }: Content & { instrument: Instrument; interval: Interval }) {
  const { instrument, interval, state } = props;
  const replayId = useActiveReplay((replay) => replay.replayId);
  const source = useReplayBars(replayId, { symbol: instrument.symbol, interval, adjust: state.adjust });
  const alone = useMemo(() => ({ ...state, compare: [] }), [state]);
  const { positionAt } = source;
  const { isActive } = props;
  const paint = useActiveReplay((replay) => replay.paint);
  // The clock above the charts tells what is on the screen, not what is on its way.
  useEffect(() => {
    if (!isActive) return;
    paint(positionAt);
    return () => paint(null);
  }, [isActive, positionAt, paint]);
  const before =
    positionAt === null
      ? undefined
      : `${instrument.symbol} has no ${longInterval(interval)} bars before ${describePosition(positionAt, "1min", instrument.timezone)}. Go to a later day, or choose another interval.`;
  return <BarsChart {...props} source={source} state={alone} isCompact={!isAlone} whyEmpty={before} />;
}

/** The chart of what is stored. The page size is chosen once: a chart that is looked at keeps its pages. */
function StoredBarsChart({ isAlone, ...props }: Content & { instrument: Instrument; interval: Interval }) {
  const { instrument, interval, state } = props;
  const [pageSize] = useState(() => firstPage(state, interval, instrument));
  const source = useChartBars(instrument, interval, state.adjust, pageSize);
  return <BarsChart source={source} isCompact={!isAlone} {...props} />;
}
