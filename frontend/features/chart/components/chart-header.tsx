"use client";

import { FlaskConical } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { AlertButton } from "@/features/alerts/components/alert-button";
import { useInstrument } from "@/features/chart/api";
import { MAXIMUM_COMPARED } from "@/features/chart/chart-state";
import { compareColour } from "@/features/chart/compare";
import { CompareChip } from "@/features/chart/components/compare-chips";
import {
  IndicatorChip,
  indicatorColour,
  IndicatorPicker,
} from "@/features/chart/components/indicator-picker";
import { IntervalSwitch } from "@/features/chart/components/interval-switch";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { findIndicator, formatIndicator } from "@/features/chart/indicator-catalog";
import { nearestInterval, whyNotCompared } from "@/features/chart/intervals";
import type { ChangePane } from "@/features/chart/use-chart-grid";
import { usePaneState } from "@/features/chart/use-chart-state";
import { useIsReplaying } from "@/features/replay/active-replay";
import { forgetWish, nextView } from "@/features/chart/wished-view";
import { ReplayBar } from "@/features/replay/components/replay-bar";
import { rangeAfter } from "@/features/chart/chart-state";
import { ReplayStart } from "@/features/replay/components/replay-start";
import { StarButton } from "@/features/watchlists/components/star-button";

/** The controls of the active chart: symbol, interval, indicators, compared symbols; `children` are the page's own. */
export function ChartHeader({
  query,
  index,
  changePane,
  children,
}: {
  query: string;
  index: number;
  changePane: ChangePane;
  children?: ReactNode;
}) {
  const [state, change] = usePaneState(query, index, changePane);
  const instrument = useInstrument(state.symbol).data;
  const stored = instrument?.intervals ?? [];
  const interval = nearestInterval(state.interval, stored);
  const isReplaying = useIsReplaying();
  // Compared symbols come from the present: a replay leaves them out.
  const comparing = isReplaying ? [] : state.compare;
  const isComparing = comparing.length > 0;
  const { symbol } = state;
  if (symbol === null) return null;
  return (
    <>
      {/* On a phone one row that scrolls sideways beside the symbol: the room is the chart's. */}
      <div className="flex items-center gap-2 max-sm:-my-1 sm:flex-wrap">
        <SymbolSwitcher
          symbol={symbol}
          onChoose={(next) => change({ symbol: next, ...nextView(index, state) })}
          className="min-w-28 max-sm:shrink-0"
        />
        <div className="relative max-sm:flex max-sm:min-w-0 max-sm:flex-1 max-sm:items-center max-sm:gap-2 max-sm:overflow-x-auto max-sm:py-1 sm:contents max-sm:[&>*]:shrink-0">
          {instrument && <StarButton instrumentId={instrument.id} symbol={symbol} className="sm:-ml-1" />}
          <IntervalSwitch
            value={interval}
            stored={stored}
            onChange={(next) => {
              forgetWish(index);
              const range = rangeAfter(state.range, interval, next);
              change({ interval: next, ...(range !== state.range && { range, window: null }) });
            }}
            className="sm:order-last sm:max-w-full md:order-none"
          />
          <IndicatorPicker chosen={state.indicators} onChange={(indicators) => change({ indicators })} />
          {!isReplaying && state.compare.length < MAXIMUM_COMPARED && (
            <SymbolSwitcher
              symbol={null}
              label="Symbol to compare with"
              prompt="Compare"
              omit={[symbol, ...state.compare]}
              whyNot={({ intervals }) => whyNotCompared(intervals, interval)}
              onChoose={(other) => change({ compare: [...state.compare, other] })}
              className="h-8 px-2.5 text-[0.8125rem]"
            />
          )}
          <Button
            asChild
            variant="ghost"
            size="sm"
            className="md:ml-auto"
            title="Write a strategy for this symbol"
          >
            <Link href={`/strategies/new?symbol=${encodeURIComponent(symbol)}&interval=${interval}`}>
              <FlaskConical aria-hidden /> Test an idea
            </Link>
          </Button>
          {instrument && stored.length > 0 && <ReplayStart instrument={instrument} interval={interval} />}
          <AlertButton symbol={symbol} interval={interval} />
          {children}
        </div>
      </div>
      {(state.indicators.length > 0 || isComparing) && (
        <div className="-mt-1 flex flex-wrap items-center gap-2 max-sm:flex-nowrap max-sm:overflow-x-auto max-sm:[&>*]:shrink-0">
          {comparing.map((other, i) => (
            <CompareChip
              key={other}
              symbol={other}
              colour={indicatorColour(compareColour(i))}
              onRemove={() => change({ compare: state.compare.filter((one) => one !== other) })}
            />
          ))}
          {state.indicators.map((indicator, i) => (
            <IndicatorChip
              key={formatIndicator(indicator)}
              indicator={indicator}
              colour={indicatorColour(i)}
              onChange={(settings) =>
                change({
                  indicators: state.indicators.map((other, j) => (j === i ? { ...other, settings } : other)),
                })
              }
              onRemove={() => change({ indicators: state.indicators.filter((_, j) => j !== i) })}
            />
          ))}
          {isComparing && state.indicators.some(({ id }) => findIndicator(id)?.place === "overlay") && (
            <span className="text-xs text-muted-foreground">
              Lines over the prices are hidden while symbols are compared in percent.
            </span>
          )}
        </div>
      )}
      {instrument && <ReplayBar timeZone={instrument.timezone} />}
    </>
  );
}
