"use client";

import { X } from "lucide-react";

import { toneOf } from "@/components/common/figure";
import { changeInView } from "@/features/chart/compare";
import type { Compared } from "@/features/chart/use-compared";
import { indicatorColour } from "@/features/chart/components/indicator-picker";
import { cn } from "@/lib/cn";
import { formatPercent } from "@/lib/format";

/** The values of the compared symbols at a bar, in the chart's corner. */
export function CompareLegend({
  compared,
  closes,
  symbol,
  from,
  at,
}: {
  compared: readonly Compared[];
  closes: readonly number[];
  symbol: string;
  from: number;
  at: number;
}) {
  if (compared.length === 0) return null;
  const own = changeInView(closes, from, at);
  return (
    <div
      className="absolute top-12 left-2 flex flex-col text-xs leading-5 tabular-nums [text-shadow:0_0_3px_var(--card),0_0_3px_var(--card)] sm:top-7"
      data-testid="compare-legend"
    >
      <span>
        <span className="font-medium">{symbol}</span>{" "}
        <span className={toneOf(own)}>{formatPercent(own, { signed: true })}</span>
      </span>
      {compared.map((line) => {
        const change = changeInView(line.values, from, at);
        return (
          <span key={line.symbol}>
            <span className="font-medium" style={{ color: indicatorColour(line.colour) }}>
              {line.symbol}
            </span>{" "}
            <span className={cn(toneOf(change))}>
              {line.error || line.isEmpty
                ? "no bars in this interval"
                : line.isPending
                  ? "…"
                  : formatPercent(change, { signed: true })}
            </span>
          </span>
        );
      })}
    </div>
  );
}

/** A compared symbol in the row of chips: the cross takes it off. */
export function CompareChip({
  symbol,
  colour,
  onRemove,
}: {
  symbol: string;
  colour: string;
  onRemove: () => void;
}) {
  return (
    <span className="inline-flex h-8 items-center rounded-md bg-muted pl-2 text-xs font-medium">
      <span className="mr-1.5 h-0.5 w-3 rounded-full" style={{ background: colour }} aria-hidden />
      {symbol}
      <button
        type="button"
        className="ml-1 inline-flex h-full items-center rounded-r-md px-1.5 text-muted-foreground hover:bg-accent hover:text-foreground"
        aria-label={`Stop comparing with ${symbol}`}
        onClick={onRemove}
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </span>
  );
}
