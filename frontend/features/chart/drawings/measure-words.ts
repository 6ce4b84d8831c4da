import type { DrawingPoint, MeasureFigures } from "@/features/chart/drawings/drawing";
import { formatNumber, formatPercent, formatPlural, priceDigits } from "@/lib/format";

/** A stretch of time in its two largest units: "3 d 4 h". */
export function formatSpan(seconds: number): string {
  const size = Math.abs(Math.round(seconds));
  const units: [string, number][] = [
    ["y", 365 * 86_400],
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ];
  const first = units.findIndex(([, length]) => size >= length);
  if (first < 0) return "0 min";
  const [name, length] = units[first]!;
  const rest = units[first + 1];
  const count = Math.floor(size / length);
  const more = rest ? Math.floor((size - count * length) / rest[1]) : 0;
  return more > 0 ? `${count} ${name} ${more} ${rest![0]}` : `${count} ${name}`;
}

/** The two lines a measure says. */
export function measureWords(figures: MeasureFigures, points: readonly DrawingPoint[]): string[] {
  const digits = Math.max(...points.map((point) => priceDigits(point.price)));
  return [
    `${formatNumber(figures.change, { signed: true, digits })} (${formatPercent(figures.fraction, { signed: true })})`,
    `${formatPlural(Math.abs(figures.bars), "bar")}, ${formatSpan(figures.seconds)}`,
  ];
}
