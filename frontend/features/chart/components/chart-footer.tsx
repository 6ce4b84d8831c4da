"use client";

import { Button } from "@/components/ui/button";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { isBeyond, rangesOf, usualRange, type ChartState, type Range } from "@/features/chart/chart-state";
import type { Interval } from "@/features/chart/intervals";
import type { ChangeChart } from "@/features/chart/use-chart-state";

const RANGE_NAMES: Record<Range, string> = {
  "1D": "1 day",
  "5D": "5 trading days",
  "1M": "1 month",
  "3M": "3 months",
  "6M": "6 months",
  "1Y": "1 year",
  "5Y": "5 years",
  All: "All bars",
};

/** What is below the chart: range, the stretch in view, prices, scale. */
export function ChartFooter({
  interval,
  state,
  change,
  oldest,
  newest,
  note,
  onRetryOlder,
}: {
  interval: Interval;
  state: ChartState;
  change: ChangeChart;
  /** The first and the last bar there is; undefined while that is not known. */
  oldest: number | undefined;
  newest: number | undefined;
  /** The stretch in view, or what is the matter with it. */
  note: string;
  /** Given when older bars could not be loaded. */
  onRetryOlder: (() => void) | null;
}) {
  const isComparing = state.compare.length > 0;
  const isTooLong = (range: Range) => isBeyond(range, oldest, newest);
  return (
    <div className="flex items-center gap-2 border-t px-2 py-1.5 max-sm:overflow-x-auto sm:flex-wrap max-sm:[&>*]:shrink-0">
      <ToggleGroup
        type="single"
        aria-label="Range"
        // Beyond the history a range shows all there is: then that is what is marked.
        value={state.range === null ? "" : isTooLong(state.range) ? "All" : state.range}
        onValueChange={(range) =>
          change({ range: (range || state.range || usualRange(interval)) as Range, window: null })
        }
      >
        {rangesOf(interval).map((range) => (
          <ToggleGroupItem
            key={range}
            value={range}
            aria-label={RANGE_NAMES[range]}
            disabled={isTooLong(range)}
            title={isTooLong(range) ? "There are not that many bars: see All" : RANGE_NAMES[range]}
          >
            {range}
          </ToggleGroupItem>
        ))}
      </ToggleGroup>
      <p className="text-xs text-muted-foreground tabular-nums" aria-hidden data-testid="span">
        {note}
      </p>
      {onRetryOlder && (
        <Button variant="ghost" size="sm" onClick={onRetryOlder}>
          Try again
        </Button>
      )}
      <div className="ml-auto flex items-center gap-2 sm:flex-wrap">
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
        {isComparing ? (
          <span
            className="px-1 text-xs text-muted-foreground"
            title="While symbols are compared, the scale counts from the left edge of the view"
          >
            % from the left edge
          </span>
        ) : (
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
        )}
      </div>
    </div>
  );
}
