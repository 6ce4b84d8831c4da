import type { RunStatus } from "@/lib/api/generated";

type Progressing = { status: RunStatus; created_at: string };

export function isOver(status: RunStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

const FAST_MS = 300;
const STEADY_MS = 1_500;
const SLOW_MS = 4_000;

/** Milliseconds until a run is asked for again: quickly while it is young, slowly when it takes long, never when over. */
export function pollDelay(run: Progressing | undefined, nowMs: number): number | false {
  if (!run || isOver(run.status)) return false;
  const ageSeconds = (nowMs - Date.parse(run.created_at)) / 1000;
  // A clock that is off must not make the page hammer or sleep.
  if (!(ageSeconds >= 0)) return STEADY_MS;
  if (ageSeconds < 15) return FAST_MS;
  return ageSeconds < 120 ? STEADY_MS : SLOW_MS;
}

/** The same for a list: steadily while something runs. */
export function listPollDelay(runs: readonly { status: RunStatus }[]): number | false {
  return runs.some((run) => !isOver(run.status)) ? STEADY_MS : false;
}
