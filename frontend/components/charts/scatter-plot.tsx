"use client";

import { AxisTitle, BottomAxis, extentOf, makeLinearScale, ValueAxis } from "@/components/charts/axes";
import { CHART_MARGIN, ChartFrame } from "@/components/charts/chart-frame";
import type { ChartUnit } from "@/components/charts/units";
import { formatPlural } from "@/lib/format";

export type ScatterPoint = { x: number; y: number; colour?: string; title?: string };

/** One dot for each pair of figures. */
export function ScatterPlot({
  label,
  points,
  unit,
  xLabel,
  yLabel,
  height = 280,
  className,
}: {
  label: string;
  points: readonly ScatterPoint[];
  unit: ChartUnit;
  xLabel: string;
  yLabel: string;
  height?: number;
  className?: string;
}) {
  if (points.length === 0) return <p className="text-xs text-muted-foreground">There is nothing to draw.</p>;
  return (
    <ChartFrame
      label={label}
      summary={`${formatPlural(points.length, "point")}; across: ${xLabel}, upwards: ${yLabel}.`}
      height={height}
      className={className}
      margin={{ ...CHART_MARGIN, top: 20, bottom: 38 }}
    >
      {({ innerWidth, innerHeight }) => {
        const x = makeLinearScale(
          extentOf(
            points.map((point) => point.x),
            0,
          ),
          [0, innerWidth],
        );
        const y = makeLinearScale(
          extentOf(
            points.map((point) => point.y),
            0,
          ),
          [innerHeight, 0],
        );
        return (
          <>
            <ValueAxis scale={y} width={innerWidth} height={innerHeight} unit={unit} />
            <BottomAxis scale={x} width={innerWidth} top={innerHeight} unit={unit} hasGrid />
            {points.map((point, i) => (
              <circle
                key={i}
                cx={x(point.x)}
                cy={y(point.y)}
                r={3}
                fill={point.colour ?? "var(--chart-1)"}
                fillOpacity={0.6}
              >
                {point.title && <title>{point.title}</title>}
              </circle>
            ))}
            <AxisTitle x={innerWidth} y={innerHeight + 34}>
              {xLabel}
            </AxisTitle>
            <text x={-CHART_MARGIN.left + 6} y={-8} fill="var(--muted-foreground)" fontSize={11}>
              {yLabel}
            </text>
          </>
        );
      }}
    </ChartFrame>
  );
}
