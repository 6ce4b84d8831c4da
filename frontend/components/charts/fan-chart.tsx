"use client";

import { Area, LinePath } from "@visx/shape";

import { extentOf, makeLinearScale, makeTimeScale, TimeAxis, ValueAxis } from "@/components/charts/axes";
import { CHART_MARGIN, ChartFrame, ChartLegend } from "@/components/charts/chart-frame";
import { faded } from "@/components/charts/colours";
import { formatFigure, type ChartUnit } from "@/components/charts/units";
import { nearestIndex, useCursor } from "@/components/charts/use-cursor";
import { formatDate } from "@/lib/format";

type Values = readonly (number | null)[];
export type FanBands = { p5: Values; p25: Values; p50: Values; p75: Values; p95: Values };

const COLOUR = "var(--chart-1)";

/** Where random paths went: the middle half, nine in ten, their median, and this run among them. */
export function FanChart({
  label,
  time,
  bands,
  own,
  unit,
  currency = null,
  height = 260,
  className,
}: {
  label: string;
  time: readonly number[];
  bands: FanBands;
  own: Values;
  unit: ChartUnit;
  currency?: string | null;
  height?: number;
  className?: string;
}) {
  const first = time[0] ?? 0;
  const last = time.at(-1) ?? 1;
  const { left, right } = CHART_MARGIN;
  const { index, steering } = useCursor(time.length, (x, width) =>
    nearestIndex(time, first + ((x - left) / Math.max(1, width - left - right)) * (last - first)),
  );
  if (time.length === 0) return <p className="text-xs text-muted-foreground">There is nothing to draw.</p>;
  const at = index ?? time.length - 1;
  const print = (value: number | null | undefined) => formatFigure(unit, value, { currency });
  const band = (low: Values, high: Values) => `${print(low[at])} to ${print(high[at])}`;
  const end = time.length - 1;
  const summary =
    `At the end nine paths in ten lie between ${print(bands.p5[end])} and ${print(bands.p95[end])}, the median at ` +
    `${print(bands.p50[end])}, this run at ${print(own[end])}.`;
  return (
    <ChartFrame
      label={label}
      summary={summary}
      height={height}
      className={className}
      steering={steering}
      legend={
        <ChartLegend
          lead={formatDate(time[at])}
          items={[
            { name: "This run", colour: "var(--foreground)", value: print(own[at]) },
            { name: "Median", colour: COLOUR, isDashed: true, value: print(bands.p50[at]) },
            {
              name: "Middle half",
              colour: faded(COLOUR, 0.4),
              isArea: true,
              value: band(bands.p25, bands.p75),
            },
            {
              name: "Nine in ten",
              colour: faded(COLOUR, 0.18),
              isArea: true,
              value: band(bands.p5, bands.p95),
            },
          ]}
        />
      }
    >
      {({ innerWidth, innerHeight }) => {
        const x = makeTimeScale([first, last], [0, innerWidth]);
        const y = makeLinearScale(extentOf([...bands.p5, ...bands.p95, ...own]), [innerHeight, 0]);
        const places = time.map((_, i) => i);
        const xAt = (i: number) => x(time[i]! * 1000);
        const isThere =
          (...all: Values[]) =>
          (i: number) =>
            all.every((values) => Number.isFinite(values[i] ?? Number.NaN));
        const area = (low: Values, high: Values, strength: number) => (
          <Area
            data={places}
            defined={isThere(low, high)}
            x={xAt}
            y0={(i) => y(low[i]!)}
            y1={(i) => y(high[i]!)}
            fill={faded(COLOUR, strength)}
          />
        );
        const line = (values: Values, colour: string, dash?: string) => (
          <LinePath
            data={places}
            defined={isThere(values)}
            x={xAt}
            y={(i) => y(values[i]!)}
            stroke={colour}
            strokeWidth={1.75}
            strokeDasharray={dash}
          />
        );
        return (
          <>
            <ValueAxis scale={y} width={innerWidth} height={innerHeight} unit={unit} />
            {area(bands.p5, bands.p95, 0.16)}
            {area(bands.p25, bands.p75, 0.26)}
            {line(bands.p50, COLOUR, "4 3")}
            {line(own, "var(--foreground)")}
            <TimeAxis scale={x} width={innerWidth} top={innerHeight} />
            {index !== null && (
              <line x1={xAt(index)} x2={xAt(index)} y1={0} y2={innerHeight} stroke="var(--input)" />
            )}
          </>
        );
      }}
    </ChartFrame>
  );
}
