/** What can be drawn on a chart, and where it stands on the bars that are shown. Pure. */
import { firstBarFrom } from "@/features/chart/bars";
import { intervalSeconds, isIntraday, type Interval } from "@/features/chart/intervals";
import { formatPrice } from "@/lib/format";

export const DRAWING_KINDS = ["trend_line", "horizontal", "rectangle", "measure"] as const;
export type DrawingKind = (typeof DRAWING_KINDS)[number];

/** A time as bars of the drawing's interval have it, and a price in the terms of the chart (adjusted or raw). */
export type DrawingPoint = { time: number; price: number };

export type DrawingStyle = {
  color: string;
  width: number;
  dash: "solid" | "dashed" | "dotted";
  extends_right: boolean;
};

export type Drawing = {
  id: string;
  kind: DrawingKind;
  /** Of the chart on which the points were set: it says what their times mean. */
  interval: Interval;
  points: DrawingPoint[];
  style: DrawingStyle;
  locked: boolean;
};

const DAY = 86_400;

export const PLAIN_STYLE: DrawingStyle = { color: "accent", width: 2, dash: "solid", extends_right: false };

export const DRAWING_NAMES: Record<DrawingKind, string> = {
  trend_line: "Trend line",
  horizontal: "Horizontal line",
  rectangle: "Rectangle",
  measure: "Measure",
};

/** What a drawing is called among others of its kind: by its text, else by the prices that it stands at. */
export function describeDrawing({
  kind,
  points,
  text,
}: Pick<Drawing, "kind" | "points"> & { text?: string | null }): string {
  return text || `${DRAWING_NAMES[kind]} at ${points.map(({ price }) => formatPrice(price)).join(" to ")}`;
}

export function pointCount(kind: DrawingKind): number {
  return kind === "horizontal" ? 1 : 2;
}

/** How a tool is used, while it is chosen. */
export function drawingHint(kind: DrawingKind): string {
  return pointCount(kind) === 1 ? "press at a price" : "press twice, at the start and at the end";
}

/** Bars between two times where no bar is loaded, by what the loaded ones leave between them. */
function spacing(times: readonly number[], interval: Interval): number {
  const count = times.length;
  if (count < 2) return intervalSeconds(interval);
  return Math.max(1, (times[count - 1]! - times[0]!) / (count - 1));
}

/**
 * The number of the bar a point belongs to: the last one that opens at its time or before. A date's label on bars within
 * the day belongs to the first bar of that date, as the label stands before all of them. After the last bar a point
 * stands as many bars further as fit in between without any closing time; the server reckons in the same way, since its
 * alerts must fire where the line is seen. Before the first loaded bar the place is a guess, until older bars are in.
 */
export function barNumber(
  time: number,
  times: readonly number[],
  drawnOn: Interval,
  shownOn: Interval,
): number {
  const last = times.at(-1);
  if (last === undefined) return Number.NaN;
  if (time > last) return times.length - 1 + Math.floor((time - last) / intervalSeconds(shownOn));
  const isLabel = isIntraday(shownOn) && !isIntraday(drawnOn);
  if (time < times[0]!) {
    if (isLabel && times[0]! - time < DAY) return 0;
    return Math.floor((time - times[0]!) / spacing(times, shownOn));
  }
  const from = firstBarFrom(times, time);
  if (times[from] === time || isLabel) return from;
  return from - 1;
}

/** The time that stands at a bar's number; past the ends it goes on by the interval. */
export function timeOfNumber(number: number, times: readonly number[], shownOn: Interval): number {
  const whole = Math.round(number);
  if (times.length === 0) return 0;
  const last = times.length - 1;
  if (whole > last) return times[last]! + (whole - last) * intervalSeconds(shownOn);
  if (whole < 0) return Math.round(times[0]! + whole * spacing(times, shownOn));
  return times[whole]!;
}

export type MeasureFigures = { change: number; fraction: number | null; bars: number; seconds: number };

/** What lies between the two points of a measure. */
export function measureFigures(
  points: readonly DrawingPoint[],
  times: readonly number[],
  drawnOn: Interval,
  shownOn: Interval,
): MeasureFigures {
  const [a, b] = points as [DrawingPoint, DrawingPoint];
  return {
    change: b.price - a.price,
    fraction: a.price > 0 ? b.price / a.price - 1 : null,
    bars: barNumber(b.time, times, drawnOn, shownOn) - barNumber(a.time, times, drawnOn, shownOn),
    seconds: b.time - a.time,
  };
}
