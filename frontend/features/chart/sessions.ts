/** Where a market's sessions begin and what lies outside of them, on the bars of a chart. Pure. */

export type Session = { open: number; close: number; breakStart: number | null; breakEnd: number | null };

export type SessionMarks = {
  /** Bars that are the first of a session. */
  starts: number[];
  /** Runs of bars outside of every session, both ends included: before the open, after the close, in a break. */
  outside: [number, number][];
};

const DAY = 86_400;

/** Bars and sessions ascend; a bar that reaches into a session belongs to it. */
export function markSessions(
  times: readonly number[],
  sessions: readonly Session[],
  barSeconds: number,
): SessionMarks {
  const marks: SessionMarks = { starts: [], outside: [] };
  let place = 0;
  let last = -1;
  times.forEach((time, i) => {
    const end = time + barSeconds;
    while (place < sessions.length && sessions[place]!.close <= time) place += 1;
    const session = sessions[place];
    const isWithin = session !== undefined && end > session.open;
    const isBreak =
      isWithin &&
      session.breakStart !== null &&
      session.breakEnd !== null &&
      time >= session.breakStart &&
      end <= session.breakEnd;
    if (isWithin && place !== last) {
      if (i > 0) marks.starts.push(i);
      last = place;
    }
    if (isWithin && !isBreak) return;
    const run = marks.outside.at(-1);
    if (run && run[1] === i - 1) run[1] = i;
    else marks.outside.push([i, i]);
  });
  return marks;
}

/** Without a calendar: a session begins where the wall clock of the axis comes to another date. */
export function markDays(keys: readonly number[]): SessionMarks {
  const starts: number[] = [];
  for (let i = 1; i < keys.length; i += 1)
    if (Math.floor(keys[i]! / DAY) !== Math.floor(keys[i - 1]! / DAY)) starts.push(i);
  return { starts, outside: [] };
}
