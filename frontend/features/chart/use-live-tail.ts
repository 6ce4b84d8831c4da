"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { intervalDivides, isInterval, type Interval } from "@/features/chart/intervals";
import {
  NO_TAIL,
  takeLiveBar,
  type LiveBar,
  type LiveState,
  type LiveTail,
} from "@/features/chart/live-bars";
import type { Quote } from "@/features/watchlists/quote";
import { useQuoteSnapshot, useQuoteStore } from "@/features/watchlists/quotes";
import { useChannel } from "@/lib/live";

/** Bars of before this are loaded, not heard. */
const KEPT_BARS = 500;

/**
 * The bars heard of since the chart stands. However fast they come, the chart hears of them once a frame. `onStale` is
 * called when loaded bars are no longer what is stored.
 */
export function useLiveTail(
  instrumentId: string,
  interval: Interval,
  newestLoaded: number | undefined,
  onStale: () => void,
): { tail: LiveTail; state: LiveState | null } {
  const [heard, setHeard] = useState<{ tail: LiveTail; state: LiveState | null }>({
    tail: NO_TAIL,
    state: null,
  });
  const next = useRef(heard);
  const frame = useRef(0);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const publish = useCallback(() => {
    if (frame.current) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      setHeard(next.current);
    });
  }, []);

  useChannel<LiveBar>(
    `bars:${instrumentId}:${interval}`,
    (bar) => {
      if (bar.revised && newestLoaded !== undefined && bar.time < newestLoaded) return onStale();
      const tail = takeLiveBar(next.current.tail, bar);
      const isLong = tail.bars.length > KEPT_BARS;
      next.current = {
        tail: isLong ? { times: tail.times.slice(-KEPT_BARS), bars: tail.bars.slice(-KEPT_BARS) } : tail,
        state: bar.state,
      };
      publish();
      // What fell out of memory has to be loaded; by then it is stored.
      if (isLong) onStale();
    },
    onStale,
  );
  // A quote says more of the state than a bar: that the market has closed, or that nothing comes any more.
  const state = useQuoteStore((store) => store.held[instrumentId]?.quote.state);
  const hear = useQuoteStore((store) => store.hear);
  useQuoteSnapshot(useMemo(() => [instrumentId], [instrumentId]));
  useChannel<Quote>(`quotes:${instrumentId}`, (quote) => hear([quote]));
  return { tail: heard.tail, state: state ?? heard.state };
}

const QUIET_MS = 1_200;
const LONGEST_WAIT_MS = 5_000;

/** Calls back when stored bars changed that the chart is made of: soon after the last of a burst, and in between. */
export function useStoredChanges(instrumentId: string, interval: Interval, onChange: () => void): () => void {
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const since = useRef<number | null>(null);
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);
  const ask = useCallback(() => {
    const now = performance.now();
    since.current ??= now;
    if (timer.current) clearTimeout(timer.current);
    const wait = Math.max(0, Math.min(QUIET_MS, since.current + LONGEST_WAIT_MS - now));
    timer.current = setTimeout(() => {
      timer.current = null;
      since.current = null;
      latest.current();
    }, wait);
  }, []);
  useChannel<{ instrument_id: string; interval: string }>(
    "instruments",
    (change) => {
      if (change.instrument_id !== instrumentId) return;
      if (!isInterval(change.interval) || intervalDivides(change.interval, interval)) ask();
    },
    ask,
  );
  return ask;
}
