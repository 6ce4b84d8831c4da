/**
 * The chart library knows no time zones: it reads every key as UTC. Bars within the day are therefore keyed by their
 * wall-clock time in the instrument's zone, so that day boundaries fall where they belong. When clocks
 * go back the wall clock repeats an hour; there keys go on by one second a bar, which keeps them ascending and unique.
 * Labels are written from the real instant, never from the key. Bars of a day and longer are labels already.
 */
export type TimeAxis = {
  /** One key per bar, strictly ascending. */
  keys: number[];
  keyOf: (time: number) => number | undefined;
  /** The instant behind a key; keys between bars count as wall-clock time. */
  timeOf: (key: number) => number;
  /** Key of the last bar at or before `time`, or of the first bar. */
  keyNear: (time: number) => number | undefined;
};

const DAY = 86_400;

/** Offset of a zone from UTC in seconds at an instant. */
export function zoneOffset(format: Intl.DateTimeFormat, time: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(time * 1000)) parts[type] = Number(value);
  const wall = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
  return wall / 1000 - Math.floor(time);
}

export function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  };
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
  }
}

/** Looks offsets up by day: only a day whose offset changes is worked out bar by bar. */
function offsetLookup(timeZone: string): (time: number) => number {
  const format = offsetFormat(timeZone);
  const starts = new Map<number, number>();
  const atDay = (day: number) => {
    let offset = starts.get(day);
    if (offset === undefined) {
      offset = zoneOffset(format, day * DAY);
      starts.set(day, offset);
    }
    return offset;
  };
  return (time) => {
    const day = Math.floor(time / DAY);
    const before = atDay(day);
    return before === atDay(day + 1) ? before : zoneOffset(format, time);
  };
}

function lastAtOrBefore(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function buildTimeAxis(times: readonly number[], timeZone: string | null): TimeAxis {
  let keys: number[];
  if (timeZone === null) keys = [...times];
  else {
    const offsetAt = offsetLookup(timeZone);
    let last = Number.NEGATIVE_INFINITY;
    keys = times.map((time) => (last = Math.max(time + offsetAt(time), last + 1)));
  }
  const positionOf = (time: number) => {
    const position = lastAtOrBefore(times, time);
    return times[position] === time ? position : -1;
  };
  return {
    keys,
    keyOf: (time) => keys[positionOf(time)],
    timeOf: (key) => {
      const position = lastAtOrBefore(keys, key);
      return keys[position] === key ? times[position]! : key;
    },
    keyNear: (time) => keys[Math.max(lastAtOrBefore(times, time), 0)],
  };
}

/** Writes a bar's time as 2013-03-01, within the day as 2013-03-01 14:30 in the instrument's zone. */
export function barTimeFormat(
  timeZone: string | null,
  style: "full" | "date" = "full",
): (time: number) => string {
  if (timeZone === null) return (time) => new Date(time * 1000).toISOString().slice(0, 10);
  const offsetAt = offsetLookup(timeZone);
  const length = style === "full" ? 16 : 10;
  return (time) => new Date((time + offsetAt(time)) * 1000).toISOString().slice(0, length).replace("T", " ");
}
