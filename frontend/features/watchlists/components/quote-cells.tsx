"use client";

import { Figure } from "@/components/common/figure";
import { lastDay, STATE_WORDS, type HeldQuote, type RowFigures } from "@/features/watchlists/quote";
import { cn } from "@/lib/cn";
import { formatDate, formatDateTime, priceDigits } from "@/lib/format";

/** The last price; it lights up for a moment in the direction in which it moved. */
export function LastPrice({
  figures,
  held,
  unit,
}: {
  figures: RowFigures;
  held: HeldQuote | undefined;
  unit?: string | null;
}) {
  const moves = held?.moves ?? 0;
  return (
    <span
      key={moves}
      className={cn(
        "-mx-1 rounded-sm px-1",
        moves > 0 && (held?.move === "up" ? "animate-flash-up" : "animate-flash-down"),
      )}
    >
      <Figure value={figures.last} kind="price" unit={unit} />
    </span>
  );
}

/** Money and percent; both signs say the direction. */
export function ChangeFigures({ figures, className }: { figures: RowFigures; className?: string }) {
  const { last, change, changePercent } = figures;
  if (last === null || changePercent === null) return <span className="text-muted-foreground">–</span>;
  return (
    <span className={cn("inline-flex items-baseline gap-2", className)}>
      <Figure value={change} kind="price" digits={priceDigits(last)} signed />
      <Figure value={changePercent} kind="percent" signed className="w-16" />
    </span>
  );
}

const DOTS: Record<NonNullable<RowFigures["state"]>, string> = {
  live: "bg-up",
  delayed: "bg-warn",
  simulated: "bg-chart-3",
  stale: "bg-down",
  history: "bg-muted-foreground",
  closed: "bg-muted-foreground",
};

/** What the price is worth, in a word; the dot only repeats it. */
export function StateLabel({ figures, className }: { figures: RowFigures; className?: string }) {
  const { state, at } = figures;
  if (state === null)
    return (
      <span className={cn("text-xs whitespace-nowrap text-muted-foreground", className)}>
        {at ? `stored to ${formatDate(at)}` : "no bars yet"}
      </span>
    );
  const { label, meaning } = STATE_WORDS[state];
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 text-xs whitespace-nowrap text-muted-foreground",
        className,
      )}
      title={`${meaning}. ${formatDateTime(at)} UTC`}
    >
      <span className={cn("size-1.5 rounded-full", DOTS[state])} aria-hidden />
      {label}
      {(state === "stale" || state === "closed" || state === "history") && ` ${lastDay(at)}`}
    </span>
  );
}
