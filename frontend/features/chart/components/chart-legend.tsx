import { useMemo } from "react";

import { toneOf } from "@/components/common/figure";
import { hasVolume, priceDecimals } from "@/features/chart/bars";
import type { PanePlace } from "@/features/chart/pane-watch";
import type { DrawnIndicator } from "@/features/chart/indicator-series";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import { indicatorColour } from "@/features/chart/components/indicator-picker";
import { cn } from "@/lib/cn";
import { formatCompact, formatNumber, formatPercent, formatPrice, NO_FIGURE } from "@/lib/format";

function Value({ name, children, className }: { name: string; children: string; className?: string }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-muted-foreground">{name}</span> <span className={className}>{children}</span>
    </span>
  );
}

function IndicatorValues({
  indicator,
  title,
  index,
  digits,
}: {
  indicator: DrawnIndicator;
  title: string;
  index: number;
  digits: number;
}) {
  const isPane = indicator.place === "pane";
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <span className="text-muted-foreground">{title}</span>
      {indicator.lines.map((line, i) => {
        const value = line.values[index] ?? Number.NaN;
        const text = Number.isFinite(value)
          ? isPane
            ? formatNumber(value, { digits: 2 })
            : formatPrice(value, { digits })
          : NO_FIGURE;
        return (
          <span
            key={line.label}
            style={{
              color:
                line.look === "histogram" ? undefined : indicatorColour(indicator.colour + (isPane ? i : 0)),
            }}
          >
            {line.label && <span className="sr-only">{line.label} </span>}
            {text}
          </span>
        );
      })}
    </span>
  );
}

/** Open, high, low, close, change and volume of a bar, and each indicator's value in its pane. */
export function ChartLegend({
  bars,
  index,
  lastInView = Infinity,
  panes,
  indicators,
  titles,
  formatTime,
  isCompact = false,
}: {
  bars: BarColumns;
  /** The bar under the crosshair; without one the last bar in view. */
  index: number | null;
  lastInView?: number;
  panes: PanePlace[];
  indicators: DrawnIndicator[];
  titles: string[];
  formatTime: (time: number) => string;
  isCompact?: boolean;
}) {
  const digits = useMemo(() => priceDecimals(bars.low), [bars.low]);
  const volumePanes = useMemo(() => (hasVolume(bars) ? 1 : 0), [bars]);
  const at = index ?? Math.max(0, Math.min(bars.time.length - 1, Math.floor(lastInView)));
  if (bars.time[at] === undefined) return null;
  const price = (value: number | undefined) => formatPrice(value, { digits });
  const close = bars.close[at]!;
  const before = bars.close[at - 1];
  const change = before === undefined ? null : close / before - 1;
  const paneIndicators = indicators.filter((indicator) => indicator.place === "pane");
  const box =
    "absolute left-2 flex flex-wrap gap-x-3 pr-16 text-xs leading-5 tabular-nums [text-shadow:0_0_3px_var(--card),0_0_3px_var(--card)]";
  return (
    <>
      <div className={cn(box, "top-1.5")} data-testid="legend">
        <span className="font-medium whitespace-nowrap">{formatTime(bars.time[at]!)}</span>
        {!isCompact && (
          <>
            <Value name="O">{price(bars.open[at])}</Value>
            <Value name="H">{price(bars.high[at])}</Value>
            <Value name="L">{price(bars.low[at])}</Value>
          </>
        )}
        <Value name="C">{price(close)}</Value>
        <span className={cn("whitespace-nowrap", toneOf(change))}>
          {formatPercent(change, { signed: true })}
        </span>
        {indicators.map(
          (indicator, i) =>
            indicator.place === "overlay" && (
              <IndicatorValues
                key={indicator.key}
                indicator={indicator}
                title={titles[i]!}
                index={at}
                digits={digits}
              />
            ),
        )}
      </div>
      {volumePanes === 1 && panes[1] && !isCompact && (
        <div className={box} style={{ top: panes[1].top + 3 }}>
          <Value name="Volume">{formatCompact(bars.volume[at])}</Value>
        </div>
      )}
      {paneIndicators.map((indicator, i) => {
        const pane = panes[i + 1 + volumePanes];
        return (
          pane && (
            <div key={indicator.key} className={box} style={{ top: pane.top + 3 }}>
              <IndicatorValues
                indicator={indicator}
                title={titles[indicators.indexOf(indicator)]!}
                index={at}
                digits={digits}
              />
            </div>
          )
        );
      })}
    </>
  );
}
