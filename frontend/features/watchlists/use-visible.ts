"use client";

import { useEffect, useState, type RefObject } from "react";

/** Whether an element is in view, or nearly. Where nobody can say, it is. */
export function useVisible(element: RefObject<Element | null>): boolean {
  const [isVisible, setVisible] = useState(() => typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const watched = element.current;
    if (!watched || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => setVisible(entries.at(-1)?.isIntersecting ?? true),
      { rootMargin: "120px" },
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return isVisible;
}
