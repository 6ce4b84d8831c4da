import type { ReactNode } from "react";

import { HelpHint } from "@/components/common/help-hint";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import {
  formatCompact,
  formatCount,
  formatMoney,
  formatNumber,
  formatPercent,
  formatPrice,
} from "@/lib/format";

export type FigureKind = "number" | "count" | "percent" | "price" | "money" | "compact";

export interface FigureProps {
  value: number | null | undefined;
  kind?: FigureKind;
  /** + on gains too, and colour by sign. The sign says it as well as the colour does. */
  signed?: boolean;
  digits?: number;
  unit?: string | null;
  className?: string;
}

export function printFigure({ value, kind = "number", signed, digits, unit }: FigureProps): string {
  const format = { signed, digits };
  switch (kind) {
    case "count":
      return formatCount(value, format);
    case "percent":
      return formatPercent(value, format);
    case "price":
      return formatPrice(value, format);
    case "money":
      return formatMoney(value, unit, format);
    case "compact":
      return formatCompact(value);
    default:
      return formatNumber(value, format);
  }
}

/** "text-up" above zero, "text-down" below. */
export function toneOf(value: number | null | undefined): string {
  if (!value) return "";
  return value > 0 ? "text-up" : "text-down";
}

/** One number: tabular, with its sign and its unit. */
export function Figure(props: FigureProps) {
  const { value, kind, signed, unit, className } = props;
  return (
    <span className={cn("figure whitespace-nowrap tabular-nums", signed && toneOf(value), className)}>
      {printFigure(props)}
      {unit && kind !== "money" && <span className="ml-1 text-muted-foreground">{unit}</span>}
    </span>
  );
}

/** A labelled figure with a plain-word hint. */
export function Stat({
  label,
  hint,
  loading,
  note,
  className,
  ...figure
}: FigureProps & { label: string; hint?: ReactNode; loading?: boolean; note?: ReactNode }) {
  return (
    <div className={cn("min-w-0", className)}>
      <div className="flex min-h-5 items-center gap-0.5 text-xs text-muted-foreground">
        <span className="truncate">{label}</span>
        {hint && <HelpHint term={label}>{hint}</HelpHint>}
      </div>
      {loading ? (
        <Skeleton className="mt-1 h-5 w-20" />
      ) : (
        <div className="text-base leading-6 font-medium">
          <Figure {...figure} />
        </div>
      )}
      {note && <div className="text-xs text-muted-foreground">{note}</div>}
    </div>
  );
}
