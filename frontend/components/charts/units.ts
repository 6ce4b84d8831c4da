import {
  formatCompact,
  formatCount,
  formatMoney,
  formatNumber,
  formatPercent,
  formatPrice,
} from "@/lib/format";

/** What the figures of a chart are. Fractions are printed as percent. */
export type ChartUnit = "fraction" | "ratio" | "money" | "count" | "price";

/** A figure of a chart as its readout prints it. */
export function formatFigure(
  unit: ChartUnit,
  value: number | null | undefined,
  { currency = null, signed = false }: { currency?: string | null; signed?: boolean } = {},
): string {
  switch (unit) {
    case "fraction":
      return formatPercent(value, { signed });
    case "money":
      return formatMoney(value, currency, {
        signed,
        digits: value !== null && value !== undefined && Math.abs(value) >= 1_000 ? 0 : 2,
      });
    case "count":
      return value !== null && value !== undefined && !Number.isInteger(value)
        ? formatNumber(value, { digits: 1 })
        : formatCount(value);
    case "price":
      return formatPrice(value);
    case "ratio":
      return formatNumber(value, { signed, digits: 2 });
  }
}

/** Digits after the point that tell neighbouring ticks apart, at most 4. */
export function digitsOfStep(step: number): number {
  if (!(step > 0)) return 0;
  return Math.min(4, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** How the ticks of an axis with these values are written: short, and each one different. */
export function tickFormat(unit: ChartUnit, ticks: readonly number[]): (value: number) => string {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 0;
  switch (unit) {
    case "fraction":
      return (value) => formatPercent(value, { digits: digitsOfStep(step * 100) });
    case "ratio":
      return (value) => formatNumber(value, { digits: digitsOfStep(step) });
    default:
      return (value) =>
        Math.abs(value) >= 1_000 ? formatCompact(value) : formatNumber(value, { digits: digitsOfStep(step) });
  }
}

const DAY_SECONDS = 86_400;

/** How times (unix seconds) of an axis are written: 2008, 2008-03, 03-14 or 14:30, by how long it is. */
export function timeTickFormat(firstSeconds: number, lastSeconds: number): (seconds: number) => string {
  const days = (lastSeconds - firstSeconds) / DAY_SECONDS;
  const [from, to] = days > 3 * 365 ? [0, 4] : days > 120 ? [0, 7] : days > 2 ? [5, 10] : [11, 16];
  return (seconds) => new Date(seconds * 1000).toISOString().slice(from, to);
}
