"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";

/**
 * Stops a click on a link of this site while there is something to lose, and asks; closing the tab asks the browser's
 * own question. The way back through the history is not stopped: the draft stays and is offered again.
 */
export function useLeaveGuard(isGuarding: boolean): {
  /** Where the click wanted to go, while the question stands. */
  target: string | null;
  stay: () => void;
  leave: () => void;
} {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);

  useEffect(() => {
    if (!isGuarding) return;
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const beforeLink = (event: MouseEvent) => {
      if (
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
      )
        return;
      const link = (event.target as Element | null)?.closest?.("a[href]") as HTMLAnchorElement | null;
      if (!link || link.target || link.hasAttribute("download") || link.origin !== window.location.origin)
        return;
      if (link.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(link.pathname + link.search + link.hash);
    };
    window.addEventListener("beforeunload", beforeUnload);
    document.addEventListener("click", beforeLink, true);
    return () => {
      window.removeEventListener("beforeunload", beforeUnload);
      document.removeEventListener("click", beforeLink, true);
    };
  }, [isGuarding]);

  const stay = useCallback(() => setTarget(null), []);
  const leave = useCallback(() => {
    if (target) router.push(target);
    setTarget(null);
  }, [router, target]);
  return { target, stay, leave };
}
