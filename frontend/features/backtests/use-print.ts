"use client";

import { useTheme } from "next-themes";
import { useCallback } from "react";

const REPAINT_MS = 400;

/**
 * Prints the page in the light theme and as wide as paper: canvases keep the colours and the size they were drawn in,
 * so they are drawn anew first.
 */
export function usePrint(): () => void {
  const { theme, resolvedTheme, setTheme } = useTheme();
  return useCallback(() => {
    const before = theme ?? "dark";
    const isDark = resolvedTheme !== "light";
    const { classList } = document.documentElement;
    classList.add("printing");
    if (isDark) setTheme("light");
    setTimeout(() => {
      window.print();
      classList.remove("printing");
      if (isDark) setTheme(before);
    }, REPAINT_MS);
  }, [theme, resolvedTheme, setTheme]);
}
