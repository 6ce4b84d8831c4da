"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import type { ChartColours } from "@/features/chart/chart-colours";
import type { ChartView } from "@/features/chart/chart-view";
import { intervalSeconds, isIntraday, type Interval } from "@/features/chart/intervals";
import { SessionBands } from "@/features/chart/session-bands";
import { markDays, markSessions, type Session } from "@/features/chart/sessions";
import { buildTimeAxis } from "@/features/chart/time-axis";
import { listSessions, type SessionsRead } from "@/lib/api/generated";

const DAY = 86_400;
/** Sessions that are not worked out yet are asked for again. */
const RETRY_MS = 5_000;
const HOUR_MS = 3_600_000;

const seconds = (instant: string | null) => (instant === null ? null : Date.parse(instant) / 1000);

/** The market's sessions over a stretch; null while they are not known, or where the market has none. */
function useSessions(
  instrumentId: string,
  from: number | undefined,
  to: number | undefined,
  isWanted: boolean,
) {
  const start = from === undefined ? 0 : Math.floor(from / DAY) * DAY - DAY;
  const end = to === undefined ? 0 : Math.floor(to / DAY) * DAY + 2 * DAY;
  const query = useQuery<SessionsRead>({
    queryKey: ["sessions", instrumentId, start, end],
    enabled: isWanted && from !== undefined,
    staleTime: HOUR_MS,
    retry: 1,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data && !state.data.known && state.data.calendar ? RETRY_MS : false,
    queryFn: async ({ signal }) => {
      const instant = (time: number) => new Date(time * 1000).toISOString();
      const { data } = await listSessions({
        path: { instrument_id: instrumentId },
        query: { start: instant(start), end: instant(end) },
        signal,
      });
      return data;
    },
  });
  const answer = query.data;
  return useMemo<Session[] | null>(
    () =>
      answer?.known
        ? answer.sessions.map((session) => ({
            open: seconds(session.open)!,
            close: seconds(session.close)!,
            breakStart: seconds(session.break_start),
            breakEnd: seconds(session.break_end),
          }))
        : null,
    [answer],
  );
}

/** Shows a market's sessions on bars within the day; from a day on the axis has no gaps to show. */
export function useSessionBands(
  view: ChartView | null,
  colours: ChartColours | null,
  instrument: { id: string; timezone: string },
  times: readonly number[],
  interval: Interval,
): void {
  const isWanted = isIntraday(interval);
  const sessions = useSessions(instrument.id, times[0], times.at(-1), isWanted);
  const marks = useMemo(() => {
    if (!isWanted) return null;
    // A market that never closes has one session without an end: there the days are what tells.
    return sessions && sessions.length > 0
      ? markSessions(times, sessions, intervalSeconds(interval))
      : markDays(buildTimeAxis(times, instrument.timezone).keys);
  }, [isWanted, sessions, times, interval, instrument.timezone]);
  const bands = useRef<SessionBands | null>(null);
  useEffect(() => {
    if (!view || !colours || !marks) return;
    if (!bands.current) {
      bands.current = new SessionBands(colours);
      const { candles, gone } = view.parts;
      const made = bands.current;
      candles.attachPrimitive(made);
      gone.addEventListener("abort", () => made.detached(), { once: true });
    }
    bands.current.show(marks, colours);
  }, [view, colours, marks]);
  useEffect(() => () => void (bands.current = null), [view]);
}
