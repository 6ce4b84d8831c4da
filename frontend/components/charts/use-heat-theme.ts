"use client";

import { useTheme } from "next-themes";

import type { HeatTheme } from "@/components/charts/heat-scale";

/** Canvases cannot follow the theme by themselves; paper and the first paint count as the theme that stands. */
export function useHeatTheme(): HeatTheme {
  return useTheme().resolvedTheme === "light" ? "light" : "dark";
}
