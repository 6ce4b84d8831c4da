"use client";

import { LinePath } from "@visx/shape";

import {
  extentOf,
  makeLinearScale,
  makeLogScale,
  makeTimeScale,
  TimeAxis,
  ValueAxis,
} from "@/components/charts/axes";
import { CHART_MARGIN, ChartFrame, ChartLegend } from "@/components/charts/chart-frame";
import { seriesColour } from "@/components/charts/colours";
import { formatFigure, type ChartUnit } from "@/components/charts/units";
import { nearestIndex, useCursor } from "@/components/charts/use-cursor";
import { formatDate, formatDateTime } from "@/lib/format";

const LETTER_PIXELS = 6;

/** Of moments along an axis, those whose names have room, from the left. */
export function namedMarks<Mark extends { label: string }>(
  marks: readonly Mark[],
  placeOf: (mark: Mark) => number,
): ReadonlySet<Mark> {
  const named = new Set<Mark>();
  let end = Number.NEGATIVE_INFINITY;
  for (const mark of marks) {
    const place = placeOf(mark);
    if (place < end) continue;
    named.add(mark);
    end = place + mark.label.length * LETTER_PIXELS + 12;
  }
  return named;
}

export type Curve = {
  name: string;
  values: readonly (number | null)[];
  colour?: string;
  isDashed?: boolean;
};

const DAY_SECONDS = 86_400;

/** Curves over time (unix seconds), with the figures under the cursor; `marks` are moments with a name. */
export function CurvesChart({
  label,
  time,
  curves,
  unit,
  marks = [],
  currency = null,
  reference,
  scale = "linear",
  height = 240,
  className,
}: {
  label: string;
  time: readonly number[];
  curves: readonly Curve[];
  unit: ChartUnit;
  marks?: readonly { time: number; label: string }[];
  currency?: string | null;
  /** A value that must be in view, with a line through it. */
  reference?: number;
  /** "log" counts only where every value is above zero. */
  scale?: "linear" | "log";
  height?: number;
  className?: string;
}) {
  const first = time[0] ?? 0;
  const last = time.at(-1) ?? 1;
  const { left, right } = CHART_MARGIN;
  const { index, steering } = useCursor(time.length, (x, width) => {
    const share = (x - left) / Math.max(1, width - left - right);
    return nearestIndex(time, first + share * (last - first));
  });
  if (time.length === 0) return <p className="text-xs text-muted-foreground">There is nothing to draw.</p>;
  const at = index ?? time.length - 1;
  const formatTime =
    time.length > 1 && (last - first) / time.length < DAY_SECONDS / 2 ? formatDateTime : formatDate;
  const print = (value: number | null | undefined) => formatFigure(unit, value, { currency });
  const coloured = curves.map((curve, i) => ({ ...curve, colour: curve.colour ?? seriesColour(i) }));
  const summary =
    `From ${formatTime(first)} to ${formatTime(last)}. ` +
    coloured.map(({ name, values }) => `${name}: ${print(values[0])} to ${print(values.at(-1))}`).join("; ") +
    ". Left and right arrows move along the curves.";
  return (
    <ChartFrame
      label={label}
      summary={summary}
      height={height}
      className={className}
      margin={{ ...CHART_MARGIN, top: marks.length > 0 ? 18 : 8 }}
      steering={steering}
      legend={
        <ChartLegend
          lead={formatTime(time[at])}
          items={coloured.map(({ name, values, colour, isDashed }) => ({
            name,
            colour,
            isDashed,
            value: print(values[at]),
          }))}
        />
      }
    >
      {({ innerWidth, innerHeight }) => {
        const x = makeTimeScale([first, last], [0, innerWidth]);
        const values = coloured.flatMap((curve) => curve.values);
        const extent = extentOf(values, ...(reference === undefined ? [] : [reference]));
        const makeScale = scale === "log" && extent[0] > 0 ? makeLogScale : makeLinearScale;
        const y = makeScale(extent, [innerHeight, 0]);
        const xAt = (seconds: number) => x(seconds * 1000);
        const named = namedMarks(marks, (mark) => xAt(mark.time));
        return (
          <>
            <ValueAxis scale={y} width={innerWidth} height={innerHeight} unit={unit} />
            {reference !== undefined && (
              <line x1={0} x2={innerWidth} y1={y(reference)} y2={y(reference)} stroke="var(--input)" />
            )}
            {marks.map((mark) => {
              const place = xAt(mark.time);
              return (
                <g key={`${mark.time} ${mark.label}`}>
                  <line
                    x1={place}
                    x2={place}
                    y1={0}
                    y2={innerHeight}
                    stroke="var(--muted-foreground)"
                    strokeDasharray="3 3"
                  />
                  {named.has(mark) && (
                    <text
                      x={place > innerWidth * 0.85 ? place - 4 : place + 4}
                      y={-5}
                      fontSize={11}
                      fill="var(--muted-foreground)"
                      textAnchor={place > innerWidth * 0.85 ? "end" : "start"}
                    >
                      {mark.label}
                    </text>
                  )}
                </g>
              );
            })}
            {coloured.map(({ name, values: points, colour, isDashed }) => (
              <LinePath
                key={name}
                data={points as (number | null)[]}
                defined={(value) => value !== null && Number.isFinite(value)}
                x={(_, i) => xAt(time[i]!)}
                y={(value) => y(value ?? 0)}
                stroke={colour}
                strokeWidth={isDashed ? 1.25 : 1.75}
                strokeDasharray={isDashed ? "4 3" : undefined}
                strokeLinejoin="round"
              />
            ))}
            <TimeAxis scale={x} width={innerWidth} top={innerHeight} />
            {index !== null && (
              <>
                <line
                  x1={xAt(time[index]!)}
                  x2={xAt(time[index]!)}
                  y1={0}
                  y2={innerHeight}
                  stroke="var(--input)"
                />
                {coloured.map(({ name, values: points, colour }) => {
                  const value = points[index];
                  if (value === null || value === undefined || !Number.isFinite(value)) return null;
                  return <circle key={name} cx={xAt(time[index]!)} cy={y(value)} r={3} fill={colour} />;
                })}
              </>
            )}
          </>
        );
      }}
    </ChartFrame>
  );
}
