import type { ResearchStatus } from "@/features/research/contract";
import { formatCount } from "@/lib/format";

/** No longer changing. A paused search is not over: it waits to be resumed. */
export function isOver(status: ResearchStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

const YOUNG_MS = 700;
const STEADY_MS = 1_500;
const SLOW_MS = 4_000;

/** Milliseconds until a search is asked for again; false when it is over. */
export function searchPollDelay(
  search: { status: ResearchStatus; created_at: string } | undefined,
  nowMs: number,
): number | false {
  if (!search || isOver(search.status)) return false;
  if (search.status === "paused") return SLOW_MS;
  const ageSeconds = (nowMs - Date.parse(search.created_at)) / 1_000;
  if (!(ageSeconds >= 0)) return STEADY_MS;
  if (ageSeconds < 30) return YOUNG_MS;
  return ageSeconds < 600 ? STEADY_MS : SLOW_MS;
}

/** "40 seconds", "3 minutes", "2 hours 10 minutes", "5 days": as exact as an estimate can be. */
export function formatSpan(seconds: number): string {
  const some = (count: number, unit: string) => `${formatCount(count)} ${unit}${count === 1 ? "" : "s"}`;
  if (seconds < 1) return "less than a second";
  if (seconds < 10) return some(Math.round(seconds), "second");
  if (seconds < 55) return some(Math.round(seconds / 5) * 5, "second");
  if (seconds < 55 * 60) return some(Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 36 * 3_600) {
    const minutes = Math.round(seconds / 600) * 10;
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return hours === 0
      ? some(rest, "minute")
      : rest === 0
        ? some(hours, "hour")
        : `${some(hours, "hour")} ${some(rest, "minute")}`;
  }
  return some(Math.round(seconds / 86_400), "day");
}

/** What a search is doing, in a few words. */
export const STATUS_WORDS: Record<ResearchStatus, string> = {
  queued: "Waiting for a worker",
  running: "Under way",
  paused: "Paused",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

/** How much longer, in words; null where nothing can be said. */
export function tellEta(search: { status: ResearchStatus; eta_seconds?: number | null }): string | null {
  switch (search.status) {
    case "running":
      return typeof search.eta_seconds === "number" && Number.isFinite(search.eta_seconds)
        ? search.eta_seconds < 1
          ? "nearly done"
          : `about ${formatSpan(search.eta_seconds)} left`
        : "estimating the time left";
    case "paused":
      return "paused; what is done is kept";
    case "queued":
      return "begins as soon as a worker is free";
    default:
      return null;
  }
}

/** Seconds that are left at the pace so far; null while too little is done to say. */
export function estimateLeft(
  search: { status: ResearchStatus; started_at: string | null; progress: number },
  nowMs: number,
): number | null {
  if (search.status !== "running" || !search.started_at || !(search.progress >= 0.02)) return null;
  const seconds = (nowMs - Date.parse(search.started_at)) / 1_000;
  return seconds > 0 ? (seconds * (1 - search.progress)) / search.progress : null;
}
