import type { KeyboardEvent } from "react";

/** Marks what takes the focus in a row. */
export const ROW_FOCUS = "data-row-focus";

/** ArrowUp, ArrowDown, Home and End move the focus from row to row. Returns the row's id that has it then, else null. */
export function walkRows(event: KeyboardEvent<HTMLElement>): string | null {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(`[${ROW_FOCUS}]`)];
  const here = stops.findIndex((stop) => stop === event.target);
  if (here < 0) return null;
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (next === undefined) return null;
  event.preventDefault();
  const stop = stops[Math.max(0, Math.min(next, stops.length - 1))]!;
  stop.focus();
  stop.scrollIntoView?.({ block: "nearest" });
  return stop.getAttribute(ROW_FOCUS);
}
