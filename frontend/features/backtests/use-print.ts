"use client";

import { useTheme } from "next-themes";
import { useCallback, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

import { SHEET_LAID_OUT, SHEET_PRINTED } from "@/components/charts/sheet";

const REPAINT_MS = 600;

/** Whether the page is being laid out for paper: then everything that opens stands open. */
let isPrinting = false;
const listeners = new Set<() => void>();

function setPrinting(next: boolean) {
  isPrinting = next;
  document.documentElement.classList.toggle("printing", next);
  // The browser prints what stands when its event returns.
  flushSync(() => listeners.forEach((listener) => listener()));
  window.dispatchEvent(new Event(SHEET_LAID_OUT));
}

function watchBrowser() {
  const begin = () => {
    setPrinting(true);
    window.dispatchEvent(new Event(SHEET_PRINTED));
  };
  const end = () => setPrinting(false);
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  return () => {
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
  };
}

function subscribe(listener: () => void) {
  const stop = listeners.size === 0 ? watchBrowser() : () => undefined;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    stop();
  };
}

export function usePrinting(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => isPrinting,
    () => false,
  );
}

/**
 * Lays the page out for paper, does something with it, and puts it back: light theme, as wide as a sheet, everything
 * open. Canvases keep the colours and the size they were drawn in, so they are drawn anew first.
 */
export function usePaper(): (act: () => void | Promise<void>) => Promise<void> {
  const { theme, resolvedTheme, setTheme } = useTheme();
  return useCallback(
    async (act) => {
      const before = theme ?? "dark";
      const isDark = resolvedTheme !== "light";
      setPrinting(true);
      if (isDark) setTheme("light");
      try {
        await new Promise((done) => setTimeout(done, REPAINT_MS));
        await act();
      } finally {
        setPrinting(false);
        if (isDark) setTheme(before);
      }
    },
    [theme, resolvedTheme, setTheme],
  );
}
