"use client";

import { makeTimeScale, TimeAxis } from "@/components/charts/axes";
import { ChartFrame } from "@/components/charts/chart-frame";
import { faded, LEVEL_COLOURS, type Level } from "@/components/charts/colours";
import { formatDate, formatPlural } from "@/lib/format";

export type Span = { start: number; end: number; label: string; level?: Level | null };

const LANE = 22;
const MARGIN = { top: 4, right: 12, bottom: 24, left: 12 };
const LETTER_PIXELS = 6.2;
/** Listed in words below the drawing; a longer list says nothing more. */
const MOST_LISTED = 12;

/** Spans laid into as few lanes as keep them apart, in the order of their starts. */
export function layLanes(spans: readonly Span[]): (Span & { lane: number })[] {
  const ends: number[] = [];
  return [...spans]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((span) => {
      const free = ends.findIndex((end) => end <= span.start);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = span.end;
      return { ...span, lane };
    });
}

/** Stretches of time with a name each: gaps in the data, market phases, windows. */
export function SpansChart({
  label,
  start,
  end,
  spans,
  className,
}: {
  label: string;
  start: number;
  end: number;
  spans: readonly Span[];
  className?: string;
}) {
  const laid = layLanes(spans);
  const lanes = Math.max(1, ...laid.map(({ lane }) => lane + 1));
  const colourOf = (level: Level | null | undefined) => (level ? LEVEL_COLOURS[level] : "var(--chart-1)");
  return (
    <div className={className}>
      <ChartFrame
        label={label}
        summary={
          spans.length === 0
            ? `Nothing between ${formatDate(start)} and ${formatDate(end)}.`
            : `${formatPlural(spans.length, "stretch", "stretches")} between ${formatDate(start)} and ${formatDate(end)}.`
        }
        height={lanes * LANE + MARGIN.top + MARGIN.bottom}
        margin={MARGIN}
      >
        {({ innerWidth }) => {
          const x = makeTimeScale([start, end], [0, innerWidth]);
          return (
            <>
              <rect
                x={0}
                y={0}
                width={innerWidth}
                height={lanes * LANE}
                fill="var(--muted)"
                rx={3}
                opacity={0.6}
              />
              {laid.map((span) => {
                const left = Math.max(0, x(span.start * 1000));
                const width = Math.max(2, Math.min(innerWidth, x(span.end * 1000)) - left);
                const hasRoom = span.label.length * LETTER_PIXELS < width - 8;
                return (
                  <g key={`${span.start} ${span.end} ${span.label}`}>
                    <rect
                      x={left}
                      y={span.lane * LANE + 2}
                      width={width}
                      height={LANE - 4}
                      rx={2}
                      fill={faded(colourOf(span.level), hasRoom ? 0.3 : 0.75)}
                    >
                      <title>{`${span.label}: ${formatDate(span.start)} to ${formatDate(span.end)}`}</title>
                    </rect>
                    {hasRoom && (
                      <text
                        x={left + 5}
                        y={span.lane * LANE + LANE / 2}
                        dominantBaseline="central"
                        fontSize={11}
                        fill="var(--foreground)"
                      >
                        {span.label}
                      </text>
                    )}
                  </g>
                );
              })}
              <TimeAxis scale={x} width={innerWidth} top={lanes * LANE} />
            </>
          );
        }}
      </ChartFrame>
      {laid.length > 0 && (
        <ul className="mt-1 grid gap-x-6 text-xs leading-5 sm:grid-cols-2">
          {laid.slice(0, MOST_LISTED).map((span) => (
            <li key={`${span.start} ${span.end} ${span.label}`} className="flex min-w-0 items-center gap-2">
              <span
                aria-hidden
                className="size-2 shrink-0 rounded-[2px]"
                style={{ background: colourOf(span.level) }}
              />
              <span className="min-w-0 flex-1 truncate">{span.label}</span>
              <span className="whitespace-nowrap text-muted-foreground tabular-nums">
                {formatDate(span.start)} to {formatDate(span.end)}
              </span>
            </li>
          ))}
          {laid.length > MOST_LISTED && (
            <li className="text-muted-foreground">and {laid.length - MOST_LISTED} more</li>
          )}
        </ul>
      )}
    </div>
  );
}
