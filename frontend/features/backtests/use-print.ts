"use client";

import { useTheme } from "next-themes";
import { useCallback } from "react";

const REPAINT_MS = 400;

/** Prints the page in the light theme: canvases keep the colours they were drawn in, so they are redrawn first. */
export function usePrint(): () => void {
  const { theme, resolvedTheme, setTheme } = useTheme();
  return useCallback(() => {
    const before = theme ?? "dark";
    const isDark = resolvedTheme !== "light";
    if (isDark) setTheme("light");
    setTimeout(
      () => {
        window.print();
        if (isDark) setTheme(before);
      },
      isDark ? REPAINT_MS : 0,
    );
  }, [theme, resolvedTheme, setTheme]);
}
