"use client";

import { useTheme } from "next-themes";
import { useEffect, useState } from "react";

/** The tokens of the theme that stands, as the chart library wants them: plain colours. */
export type ChartColours = {
  background: string;
  text: string;
  strongText: string;
  grid: string;
  border: string;
  crosshair: string;
  up: string;
  down: string;
  warn: string;
  accent: string;
  /** One colour for each indicator in turn. */
  lines: string[];
  font: string;
};

const TOKENS = {
  background: "--card",
  text: "--muted-foreground",
  strongText: "--foreground",
  grid: "--grid",
  border: "--border",
  crosshair: "--input",
  up: "--up",
  down: "--down",
  warn: "--warn",
  accent: "--primary",
} as const;

const LINE_TOKENS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5"];

export function readChartColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim() || "#808080";
  const plain = Object.fromEntries(Object.entries(TOKENS).map(([key, name]) => [key, token(name)]));
  return {
    ...(plain as Record<keyof typeof TOKENS, string>),
    lines: LINE_TOKENS.map(token),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** A colour with an opacity, for the hex colours of the tokens. */
export function faded(colour: string, opacity: number): string {
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}${alpha}` : colour;
}

/** The colours, read again whenever the theme changes; null until the page is in a browser. */
export function useChartColours(): ChartColours | null {
  const { resolvedTheme } = useTheme();
  const [colours, setColours] = useState<ChartColours | null>(null);
  useEffect(() => {
    // The class on <html> is set in the same commit as the theme's state; read after it is painted.
    const frame = requestAnimationFrame(() => setColours(readChartColours()));
    return () => cancelAnimationFrame(frame);
  }, [resolvedTheme]);
  return colours;
}
