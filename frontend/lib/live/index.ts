"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

import { createStreamTicket } from "@/lib/api/generated";
import { API_BASE, findAccessToken, getSessionStatus, watchSession } from "@/lib/api/session";
import { LiveConnection, type LiveStatus } from "@/lib/live/connection";
import { streamUrl } from "@/lib/live/protocol";

export type { LiveStatus } from "@/lib/live/connection";

/** The tab's one connection. It opens with the first who listens, while somebody is signed in. */
export const live = new LiveConnection({
  openSocket: (ticket) => new WebSocket(streamUrl(API_BASE, window.location.href, ticket)),
  getTicket: async () => (await createStreamTicket()).data.ticket,
  findToken: findAccessToken,
  isSignedIn: () => getSessionStatus() === "signed_in",
  isOnline: () => navigator.onLine,
  random: Math.random,
});

if (typeof window !== "undefined") {
  watchSession(() => (getSessionStatus() === "signed_out" ? live.stop() : live.wake()));
  window.addEventListener("online", () => live.wake());
  window.addEventListener("offline", () => live.sleep());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.wake();
  });
}

/**
 * Hears a channel such as `quotes:<instrument id>` as long as the component stands; null hears nothing.
 * `onGap` is called when messages may be lost: fetch the present state over REST.
 */
export function useChannel<T = unknown>(
  channel: string | null,
  onMessage: (data: T, seq: number) => void,
  onGap?: () => void,
) {
  const latest = useRef({ onMessage, onGap });
  useEffect(() => {
    latest.current = { onMessage, onGap };
  });
  useEffect(() => {
    if (channel === null) return;
    return live.listen(channel, {
      onMessage: (data, seq) => latest.current.onMessage(data as T, seq),
      onGap: () => latest.current.onGap?.(),
    });
  }, [channel]);
}

/** The same for many channels at once: the rows of a watchlist. The callbacks are told which one it is. */
export function useChannels<T = unknown>(
  channels: readonly string[],
  onMessage: (channel: string, data: T, seq: number) => void,
  onGap?: (channel: string) => void,
) {
  const latest = useRef({ onMessage, onGap });
  useEffect(() => {
    latest.current = { onMessage, onGap };
  });
  const key = [...new Set(channels)].sort().join(" ");
  useEffect(() => {
    const ends = key.split(" ").map((channel) => {
      if (channel === "") return () => {};
      return live.listen(channel, {
        onMessage: (data, seq) => latest.current.onMessage(channel, data as T, seq),
        onGap: () => latest.current.onGap?.(channel),
      });
    });
    return () => ends.forEach((end) => end());
  }, [key]);
}

/** Whether what is shown live is live. */
export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(
    (listener) => live.watchStatus(listener),
    () => live.getStatus(),
    () => "connecting",
  );
}
