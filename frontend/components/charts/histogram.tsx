"use client";

import { Bar } from "@visx/shape";

import { BottomAxis, makeLinearScale, ValueAxis } from "@/components/charts/axes";
import { CHART_MARGIN, ChartFrame } from "@/components/charts/chart-frame";
import { formatFigure, type ChartUnit } from "@/components/charts/units";
import { formatCount } from "@/lib/format";

/** How often figures fell where; `own` is where this run stands among them. */
export function Histogram({
  label,
  edges,
  counts,
  unit,
  own = null,
  ownLabel = "this run",
  currency = null,
  isTwoSided = false,
  height = 200,
  className,
}: {
  label: string;
  edges: readonly number[];
  counts: readonly number[];
  unit: ChartUnit;
  own?: number | null;
  ownLabel?: string;
  currency?: string | null;
  /** Bins below zero in the colour of losses. */
  isTwoSided?: boolean;
  height?: number;
  className?: string;
}) {
  if (edges.length < 2 || counts.length === 0)
    return <p className="text-xs text-muted-foreground">There is nothing to count.</p>;
  const first = edges[0]!;
  const last = edges.at(-1)!;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const busiest = counts.indexOf(Math.max(...counts));
  const print = (value: number) => formatFigure(unit, value, { currency });
  const summary =
    `${formatCount(total)} values from ${print(first)} to ${print(last)}, most between ` +
    `${print(edges[busiest]!)} and ${print(edges[busiest + 1]!)}.` +
    (own === null ? "" : ` ${ownLabel}: ${print(own)}.`);
  return (
    <ChartFrame
      label={label}
      summary={summary}
      height={height}
      className={className}
      margin={{ ...CHART_MARGIN, top: own === null ? 8 : 20 }}
    >
      {({ innerWidth, innerHeight }) => {
        const x = makeLinearScale(
          [Math.min(first, own ?? first), Math.max(last, own ?? last)],
          [0, innerWidth],
          {
            isNice: false,
          },
        );
        const y = makeLinearScale([0, Math.max(1, ...counts)], [innerHeight, 0]);
        const ownX = own === null ? 0 : x(own);
        return (
          <>
            <ValueAxis scale={y} width={innerWidth} height={innerHeight} unit="count" />
            {counts.map((count, i) => {
              const [from, to] = [edges[i]!, edges[i + 1]!];
              const left = x(from);
              return (
                <Bar
                  key={i}
                  x={left}
                  y={y(count)}
                  width={Math.max(1, x(to) - left - 1)}
                  height={innerHeight - y(count)}
                  fill={isTwoSided ? ((from + to) / 2 < 0 ? "var(--down)" : "var(--up)") : "var(--chart-1)"}
                  fillOpacity={0.75}
                >
                  <title>{`${print(from)} to ${print(to)}: ${formatCount(count)}`}</title>
                </Bar>
              );
            })}
            <BottomAxis scale={x} width={innerWidth} top={innerHeight} unit={unit} />
            {own !== null && (
              <>
                <line
                  x1={ownX}
                  x2={ownX}
                  y1={-4}
                  y2={innerHeight}
                  stroke="var(--foreground)"
                  strokeWidth={1.5}
                />
                <text
                  x={ownX}
                  y={-8}
                  fontSize={11}
                  fill="var(--foreground)"
                  textAnchor={ownX < 60 ? "start" : ownX > innerWidth - 60 ? "end" : "middle"}
                >
                  {ownLabel} {print(own)}
                </text>
              </>
            )}
          </>
        );
      }}
    </ChartFrame>
  );
}
