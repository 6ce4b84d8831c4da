"use client";

import { useEffect, useState, type RefCallback } from "react";
import { flushSync } from "react-dom";

import { SHEET_LAID_OUT } from "@/components/charts/sheet";

/** The width of the element that the ref is put on, in pixels; `first` until the page has told. */
export function useWidth(first: number): [RefCallback<HTMLElement>, number] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      const next = Math.floor(entry!.contentRect.width);
      if (next > 0) setWidth(next);
    });
    observer.observe(element);
    const measure = () => {
      const style = getComputedStyle(element);
      const next = Math.floor(
        element.clientWidth - parseFloat(style.paddingLeft || "0") - parseFloat(style.paddingRight || "0"),
      );
      if (next > 0) flushSync(() => setWidth(next));
    };
    window.addEventListener(SHEET_LAID_OUT, measure);
    return () => {
      observer.disconnect();
      window.removeEventListener(SHEET_LAID_OUT, measure);
    };
  }, [element]);
  return [setElement, width];
}
