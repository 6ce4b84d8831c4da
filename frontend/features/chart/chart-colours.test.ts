import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

const CSS = readFileSync("app/globals.css", "utf8");
const SERIES = ["--up", "--down", "--warn", "--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5"];

function tokens(theme: ":root" | ".dark"): Map<string, string> {
  const block = CSS.slice(CSS.indexOf(`${theme} {`)).split("}")[0]!;
  return new Map([...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
}

const channels = (hex: string) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));

function luminance(hex: string): number {
  const [r, g, b] = channels(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** The chart library writes a label in black or white, by this rule of its own. */
function labelText(ground: string): string {
  const [r, g, b] = channels(ground);
  return 0.199 * r! + 0.687 * g! + 0.114 * b! > 160 ? "#000000" : "#ffffff";
}

describe.each([":root", ".dark"] as const)("the labels on the price scale, %s", (theme) => {
  it.each(SERIES)("can be read on %s (WCAG AA)", (token) => {
    const ground = tokens(theme).get(token)!;
    const [low, high] = [luminance(ground), luminance(labelText(ground))].sort((a, b) => a - b);
    expect((high! + 0.05) / (low! + 0.05)).toBeGreaterThanOrEqual(4.5);
  });
});
