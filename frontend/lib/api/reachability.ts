import { useSyncExternalStore } from "react";

import { API_BASE } from "@/lib/api/session";

/** Whether the API answers. Calls report what they saw; while it is away, one probe waits for it. */
let reachable = true;
let timer: ReturnType<typeof setTimeout> | null = null;
const listeners = new Set<() => void>();
const PROBE_MS = 3000;

function set(next: boolean) {
  if (next === reachable) return;
  reachable = next;
  for (const listener of listeners) listener();
}

async function probe() {
  timer = null;
  try {
    const response = await fetch(`${API_BASE}/health/live`, {
      cache: "no-store",
      signal: AbortSignal.timeout(PROBE_MS),
    });
    if (response.ok) return set(true);
  } catch {
    // still away
  }
  timer ??= setTimeout(probe, PROBE_MS);
}

export function reportReachable() {
  set(true);
}

export function reportUnreachable() {
  set(false);
  timer ??= setTimeout(probe, PROBE_MS);
}

/** Calls `listener` whenever the API went away or came back. */
export function watchReachability(listener: (reachable: boolean) => void): () => void {
  const call = () => listener(reachable);
  listeners.add(call);
  return () => void listeners.delete(call);
}

export function useReachable(): boolean {
  return useSyncExternalStore(
    (listener) => watchReachability(listener),
    () => reachable,
    () => true,
  );
}
