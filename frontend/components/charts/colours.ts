/** The theme's own variables: a chart drawn with them follows dark, light and paper without being drawn anew. */
export const SERIES_COLOURS = [
  "var(--chart-1)",
  "var(--chart-2)",
  "var(--chart-3)",
  "var(--chart-4)",
  "var(--chart-5)",
] as const;

export type Level = "green" | "amber" | "red";

export const LEVEL_COLOURS: Record<Level, string> = {
  green: "var(--up)",
  amber: "var(--warn)",
  red: "var(--down)",
};

export function seriesColour(place: number): string {
  return SERIES_COLOURS[place % SERIES_COLOURS.length]!;
}

/** A colour let through by `strength`, 0 to 1. */
export function faded(colour: string, strength: number): string {
  return `color-mix(in srgb, ${colour} ${Math.round(Math.max(0, Math.min(1, strength)) * 100)}%, transparent)`;
}

/** At most this strong, text in the foreground's colour stays readable on a cell. */
const STRONGEST = 0.42;

/**
 * The ground of a heat cell. Two-sided (`centre` given): gains green, losses red, the stronger the further from the
 * centre; one-sided: the primary colour from the lowest to the highest value.
 */
export function heatColour(
  value: number | null | undefined,
  { lowest, highest, centre }: { lowest: number; highest: number; centre?: number },
): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "transparent";
  if (centre === undefined) {
    const width = highest - lowest;
    return faded("var(--primary)", width > 0 ? 0.04 + (STRONGEST * (value - lowest)) / width : STRONGEST / 2);
  }
  const reach = Math.max(Math.abs(highest - centre), Math.abs(centre - lowest));
  const share = reach > 0 ? Math.abs(value - centre) / reach : 0;
  return faded(value >= centre ? "var(--up)" : "var(--down)", STRONGEST * Math.min(1, share));
}
