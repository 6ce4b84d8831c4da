"use client";

import { AxisBottom, AxisLeft, type AxisScale } from "@visx/axis";
import { GridColumns, GridRows } from "@visx/grid";
import { scaleLinear, scaleLog, scaleUtc } from "@visx/scale";

import { tickFormat, timeTickFormat, type ChartUnit } from "@/components/charts/units";

type LinearScale = ReturnType<typeof scaleLinear<number>>;
type TimeScale = ReturnType<typeof scaleUtc<number>>;

const TICK_TEXT = { fill: "var(--muted-foreground)", fontSize: 11, fontFamily: "inherit" } as const;
/** Room that half a label takes: nearer to an end it turns inwards, so that none is cut. */
const EDGE = 22;

/** From the least to the most, each given; a range of nothing is widened, and ends on round numbers. */
export function makeLinearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  { isNice = true }: { isNice?: boolean } = {},
): LinearScale {
  let [low, high] = domain;
  if (!(low < high)) {
    const room = Math.abs(low) * 0.05 || 1;
    [low, high] = [low - room, high + room];
  }
  return scaleLinear<number>({ domain: [low, high], range: [...range], nice: isNice });
}

/** Equal growth, equal height: for values above zero, which must hold. */
export function makeLogScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): LinearScale {
  const [low, high] = domain;
  const scale = scaleLog<number>({
    domain: low < high ? [low, high] : [low / 2, high * 2],
    range: [...range],
  });
  // Beyond a factor of 30 ticks at 1, 2 and 5 would stand too close; below 2 a log scale has too few of its own.
  const all = (scale.domain()[1]! / scale.domain()[0]!) as number;
  const leads = all > 1_000 ? [1] : all > 30 ? [1, 3] : [1, 2, 5];
  const ticks = scale.ticks(10).filter((tick) => {
    const lead = tick / 10 ** Math.floor(Math.log10(tick) + 1e-9);
    return leads.some((wanted) => Math.abs(lead - wanted) < 1e-6);
  });
  const chosen = ticks.length >= 2 ? ticks : scaleLinear<number>({ domain: [...domain] }).ticks(4);
  // Drawn like any other scale: only its places and its ticks are its own.
  return Object.assign(scale, { ticks: () => chosen }) as unknown as LinearScale;
}

/** Of unix seconds. */
export function makeTimeScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): TimeScale {
  const [first, last] = domain;
  return scaleUtc<number>({
    domain: [first * 1000, (first < last ? last : first + 1) * 1000],
    range: [...range],
  });
}

/** Least and most of the finite values, with what else must be in view. */
export function extentOf(values: Iterable<number | null | undefined>, ...more: number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const take = (value: number | null | undefined) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const value of values) take(value);
  more.forEach(take);
  return low <= high ? [low, high] : [0, 1];
}

function anchorAt(x: number, width: number): "start" | "middle" | "end" {
  return x < EDGE ? "start" : x > width - EDGE ? "end" : "middle";
}

/** Horizontal lines with their values on the left. */
export function ValueAxis({
  scale,
  width,
  height,
  unit,
}: {
  scale: LinearScale;
  width: number;
  height: number;
  unit: ChartUnit;
}) {
  const wanted = Math.max(2, Math.min(6, Math.floor(height / 36)));
  const ticks = scale.ticks(wanted);
  const print = tickFormat(unit, ticks);
  return (
    <>
      <GridRows scale={scale} width={width} tickValues={ticks} stroke="var(--grid)" />
      {scale.domain()[0]! < 0 && scale.domain()[1]! > 0 && (
        <line x1={0} x2={width} y1={scale(0)} y2={scale(0)} stroke="var(--input)" strokeWidth={1} />
      )}
      <AxisLeft
        scale={scale as AxisScale}
        tickValues={ticks}
        tickFormat={(value) => print(Number(value))}
        hideAxisLine
        hideTicks
        tickLength={2}
        tickLabelProps={{ ...TICK_TEXT, textAnchor: "end", verticalAnchor: "middle" }}
      />
    </>
  );
}

/** Values along the bottom. */
export function BottomAxis({
  scale,
  width,
  top,
  unit,
  hasGrid = false,
}: {
  scale: LinearScale;
  width: number;
  top: number;
  unit: ChartUnit;
  hasGrid?: boolean;
}) {
  const ticks = scale.ticks(Math.max(2, Math.min(8, Math.floor(width / 70))));
  const print = tickFormat(unit, ticks);
  return (
    <>
      {hasGrid && <GridColumns scale={scale} height={top} tickValues={ticks} stroke="var(--grid)" />}
      <AxisBottom
        scale={scale as AxisScale}
        top={top}
        tickValues={ticks}
        tickFormat={(value) => print(Number(value))}
        stroke="var(--border)"
        hideTicks
        tickLength={4}
        tickLabelProps={(value) => ({ ...TICK_TEXT, textAnchor: anchorAt(scale(Number(value)), width) })}
      />
    </>
  );
}

/** Times along the bottom. */
export function TimeAxis({ scale, width, top }: { scale: TimeScale; width: number; top: number }) {
  const [first, last] = scale.domain().map((at) => at.getTime() / 1000) as [number, number];
  const print = timeTickFormat(first, last);
  // Ticks of a finer step than the label's would say the same twice.
  const ticks = scale
    .ticks(Math.max(2, Math.min(10, Math.floor(width / 80))))
    .filter((at, i, all) => i === 0 || print(at.getTime() / 1000) !== print(all[i - 1]!.getTime() / 1000));
  return (
    <AxisBottom
      scale={scale as AxisScale}
      top={top}
      tickValues={ticks}
      tickFormat={(value) => print(Number(value) / 1000)}
      stroke="var(--border)"
      hideTicks
      tickLength={4}
      tickLabelProps={(value) => ({ ...TICK_TEXT, textAnchor: anchorAt(scale(value as Date), width) })}
    />
  );
}

/** What an axis measures, written along it. */
export function AxisTitle({ x, y, children }: { x: number; y: number; children: string }) {
  return (
    <text x={x} y={y} textAnchor="end" fill="var(--muted-foreground)" fontSize={11}>
      {children}
    </text>
  );
}
