"use client";

import type { KeyboardEventHandler, PointerEventHandler, ReactNode } from "react";

import { useWidth } from "@/components/charts/use-width";
import { cn } from "@/lib/cn";

export type ChartMargin = { top: number; right: number; bottom: number; left: number };
export type ChartBox = { width: number; height: number; innerWidth: number; innerHeight: number };

export const CHART_MARGIN: ChartMargin = { top: 8, right: 12, bottom: 24, left: 48 };
/** Drawn with until the page has told its width. */
const FIRST_WIDTH = 480;

export type ChartSteering = {
  onPointerMove: PointerEventHandler<HTMLElement>;
  onPointerLeave: PointerEventHandler<HTMLElement>;
  onKeyDown: KeyboardEventHandler<HTMLElement>;
  onBlur: () => void;
};

/**
 * The ground of every drawn chart: as wide as its place, its picture hidden from readers, who get `summary` instead.
 * With `steering` it takes the focus, and the arrow keys and the pointer move along it.
 */
export function ChartFrame({
  label,
  summary,
  height = 220,
  margin = CHART_MARGIN,
  legend,
  steering,
  className,
  children,
}: {
  label: string;
  /** What the picture says, in a sentence or two. */
  summary: string;
  height?: number;
  margin?: ChartMargin;
  legend?: ReactNode;
  steering?: ChartSteering;
  className?: string;
  children: (box: ChartBox) => ReactNode;
}) {
  const [parentRef, width] = useWidth(FIRST_WIDTH);
  const box = {
    width,
    height,
    innerWidth: Math.max(0, width - margin.left - margin.right),
    innerHeight: Math.max(0, height - margin.top - margin.bottom),
  };
  return (
    <figure className={cn("min-w-0 break-inside-avoid", className)}>
      {legend}
      <div
        ref={parentRef}
        style={{ height }}
        className={cn("relative w-full min-w-0 overflow-hidden", steering && "focus-inset touch-pan-y")}
        {...(steering && { role: "application", "aria-label": label, tabIndex: 0, ...steering })}
      >
        {box.innerWidth > 0 && (
          <svg width={width} height={height} aria-hidden className="block" fontFamily="inherit">
            <g transform={`translate(${margin.left},${margin.top})`}>{children(box)}</g>
          </svg>
        )}
      </div>
      <figcaption className="sr-only">
        {label}. {summary}
      </figcaption>
    </figure>
  );
}

export type LegendItem = {
  name: string;
  colour: string;
  value?: string;
  isDashed?: boolean;
  isArea?: boolean;
};

/** What the lines of a chart are, with their figures where the cursor stands. */
export function ChartLegend({ lead, items }: { lead?: string; items: readonly LegendItem[] }) {
  return (
    <div className="flex min-h-5 flex-wrap gap-x-3.5 gap-y-0.5 pb-1 text-xs leading-5 tabular-nums">
      {lead && <span className="font-medium">{lead}</span>}
      {items.map(({ name, colour, value, isDashed, isArea }) => (
        <span key={name} className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <span
            aria-hidden
            className={cn("inline-block w-3", isArea ? "h-2.5 rounded-[2px]" : "border-t-2")}
            style={
              isArea
                ? { background: colour }
                : { borderColor: colour, borderTopStyle: isDashed ? "dashed" : "solid" }
            }
          />
          <span className="text-muted-foreground">{name}</span>
          {value !== undefined && <span>{value}</span>}
        </span>
      ))}
    </div>
  );
}
