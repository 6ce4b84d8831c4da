import { INTERVALS } from "@/features/market/labels";
import type { BackfillRead } from "@/lib/api/generated";
import { formatDate, formatPercent, formatPlural } from "@/lib/format";

const KEPT = 200;

export function isOver(backfill: BackfillRead): boolean {
  return !["queued", "running", "waiting"].includes(backfill.status);
}

/** The newest state of each back-fill. Messages may come twice or late: one that is over stays over. */
export function holdBackfill(held: readonly BackfillRead[], next: BackfillRead): BackfillRead[] {
  const before = held.find((one) => one.id === next.id);
  if (!before) return [next, ...held].slice(0, KEPT);
  if (isOver(before) && !isOver(next)) return [...held];
  if (!isOver(next) && next.progress < before.progress) return [...held];
  return held.map((one) => (one.id === next.id ? next : one));
}

export type BackfillTone = "busy" | "waiting" | "done" | "failed";

export interface BackfillWords {
  /** "Fetching 1 day bars of AAPL" */
  title: string;
  /** What goes on, in one sentence. */
  state: string;
  tone: BackfillTone;
}

function clock(at: Date): string {
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** Until when something waits, in words. */
export function sayUntil(at: string, now: Date): string {
  const until = new Date(at);
  const seconds = (until.getTime() - now.getTime()) / 1000;
  if (seconds <= 1) return "now";
  if (seconds < 90) return `in ${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `in ${Math.ceil(seconds / 60)} min`;
  const isMidnight = until.getUTCHours() === 0 && until.getUTCMinutes() === 0;
  if (isMidnight && seconds <= 86_400) return "at 00:00 UTC";
  return seconds < 43_200 ? `at ${clock(until)}` : `on ${formatDate(at)} at ${clock(until)}`;
}

/** Why it waits. The provider's own words stand for anything but its quota. */
function sayWaiting({ wait_reason: reason, waits_until: until }: BackfillRead, now: Date): string {
  const when = until ? sayUntil(until, now) : null;
  const goesOn =
    when === "now" ? "It goes on any moment." : when ? `It goes on ${when}.` : "It goes on by itself.";
  if (reason && /\bday'?s?\b.*credits|for the day|daily/i.test(reason))
    return `The day's credits are spent. ${goesOn}`;
  if (reason && /\bminute'?s?\b.*credits|for the current minute/i.test(reason))
    return `Waits for the provider's next minute. ${goesOn}`;
  return reason ? `${reason.replace(/\.?$/, ".")} ${goesOn}` : `Waits for the provider. ${goesOn}`;
}

function sayOutcome(backfill: BackfillRead): string {
  const came = backfill.inserted + backfill.updated;
  if (came === 0 && backfill.unchanged === 0) return "The provider has no bars of that stretch.";
  if (came === 0) return "Nothing was missing.";
  const parts = [`${formatPlural(backfill.inserted, "bar")} came in`];
  if (backfill.updated > 0) parts.push(`${formatPlural(backfill.updated, "bar")} corrected`);
  return `${parts.join(", ")}.`;
}

/** How a back-fill goes, as people say it. */
export function describeBackfill(backfill: BackfillRead, now: Date): BackfillWords {
  const what = `${INTERVALS[backfill.interval]} bars of ${backfill.symbol}`;
  switch (backfill.status) {
    case "queued":
      return { title: `Fetching ${what}`, state: "Waits for its turn.", tone: "busy" };
    case "running": {
      const back = `from ${formatDate(backfill.start)}`;
      return {
        title: `Fetching ${what}`,
        state: `${formatPercent(backfill.progress, { digits: 0 })} of the way back to ${back.slice(5)}, ${formatPlural(backfill.inserted, "bar")} so far.`,
        tone: "busy",
      };
    }
    case "waiting":
      return { title: `Fetching ${what}`, state: sayWaiting(backfill, now), tone: "waiting" };
    case "succeeded":
      return { title: `${what}`, state: sayOutcome(backfill), tone: "done" };
    case "cancelled":
      return { title: `${what}`, state: "Stopped. What came in stays.", tone: "done" };
    default:
      return {
        title: `${what} did not come in`,
        state: `${backfill.error?.detail ?? "The provider did not give them."} ${adviseOnFailure(backfill.error?.code)}`,
        tone: "failed",
      };
  }
}

const ADVICE: Record<string, string> = {
  provider_key_refused: "Check the key in this installation's settings, then fetch again.",
  provider_plan_lacks: "Another plan of the provider, or a shorter or coarser stretch, may include it.",
  provider_symbol_unknown: "Delete the instrument, and search for what the provider calls it now.",
};

/** What to do about a back-fill that failed. */
export function adviseOnFailure(code: string | undefined): string {
  return (code && ADVICE[code]) || "Fetch it again on the Data page.";
}
