/** Colours for figures on a plane: told apart in both themes, in grey, and with any colour vision. */

export type Rgb = readonly [number, number, number];
export type HeatTheme = "dark" | "light";

export type HeatScale = {
  low: number;
  high: number;
  /** Figures lie well on both sides of zero: zero is the quiet middle. */
  isDiverging: boolean;
  colourOf: (value: number) => Rgb;
};

function hex(text: string): Rgb {
  return [1, 3, 5].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as unknown as Rgb;
}

/** From low to high; lightness moves one way only, away from the background. */
const SEQUENTIAL: Record<HeatTheme, Rgb[]> = {
  dark: ["#1b2740", "#1f4f7d", "#2386a0", "#6bbf9c", "#f2efad"].map(hex),
  light: ["#e9efd4", "#9fd0bd", "#4898b8", "#275f98", "#132750"].map(hex),
};

/** Orange below zero, blue above: the pair that colour-blind people tell apart best. */
const DIVERGING: Record<HeatTheme, Rgb[]> = {
  dark: ["#ffb454", "#a8661c", "#3b424c", "#2d6cb5", "#8ec5ff"].map(hex),
  light: ["#8a4300", "#e39a4b", "#dce1e6", "#6fa3e0", "#0f3f87"].map(hex),
};

/** A side of zero that is a smaller share than this of the other one would waste half of the colours. */
const LEAST_SIDE = 0.15;

function mix(stops: readonly Rgb[], at: number): Rgb {
  const place = Math.min(Math.max(at, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(place), stops.length - 2);
  const [from, to, share] = [stops[i]!, stops[i + 1]!, place - i];
  return [0, 1, 2].map((k) => Math.round(from[k]! + (to[k]! - from[k]!) * share)) as unknown as Rgb;
}

/** A scale over the finite ones of the values; null when there is none. */
export function makeHeatScale(values: ArrayLike<number>, theme: HeatTheme): HeatScale | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return null;
  const isDiverging = Math.min(-low, high) > LEAST_SIDE * Math.max(-low, high);
  const stops = (isDiverging ? DIVERGING : SEQUENTIAL)[theme];
  const reach = Math.max(-low, high);
  return {
    low,
    high,
    isDiverging,
    colourOf: isDiverging
      ? (value) => mix(stops, (value / reach + 1) / 2)
      : (value) => mix(stops, high === low ? 0.5 : (value - low) / (high - low)),
  };
}

export function cssColour([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** A gradient for the legend, from the scale's low to its high end. */
export function legendGradient(scale: HeatScale, direction = "to right"): string {
  const stops = Array.from({ length: 9 }, (_, i) =>
    cssColour(scale.colourOf(scale.low + ((scale.high - scale.low) * i) / 8)),
  );
  return `linear-gradient(${direction}, ${stops.join(", ")})`;
}
