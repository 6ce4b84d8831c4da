"use client";

import { Tooltip, TooltipContent, TooltipTrigger } from "@/components/ui/tooltip";
import type { LiveState } from "@/features/chart/live-bars";
import { isHistory } from "@/features/watchlists/quote";
import { cn } from "@/lib/cn";
import { formatDate } from "@/lib/format";
import { useLiveStatus } from "@/lib/live";

type Look = { label: string; words: string; dot: string };

const LOOKS: Record<LiveState, Look> = {
  live: { label: "Live", words: "The last bar follows the market as it trades.", dot: "bg-up" },
  delayed: {
    label: "Delayed",
    words: "Prices come with the provider's delay, or are asked for every now and then.",
    dot: "bg-warn",
  },
  simulated: {
    label: "Simulated",
    words: "These prices are made up. They are not of any real market.",
    dot: "bg-chart-3",
  },
  stale: {
    label: "Stale",
    words:
      "There should be a newer price, but none has come, or nothing feeds this instrument. What is shown is out of date.",
    dot: "bg-down",
  },
  closed: {
    label: "Closed",
    words: "The market is closed. The last bar is the newest there is.",
    dot: "bg-muted-foreground",
  },
};

const AWAY: Look = {
  label: "Reconnecting",
  words: "The live connection is away. Bars that are missed are loaded when it is back.",
  dot: "bg-warn",
};

function lookOf(state: LiveState, lastAt: string | null, isAway: boolean): Look {
  if (isHistory(state, lastAt))
    return {
      label: `History to ${formatDate(lastAt)}`,
      words:
        "Nothing newer has come since. Where nothing feeds an instrument, import newer bars; the Data page tells.",
      dot: "bg-muted-foreground",
    };
  return isAway ? AWAY : LOOKS[state];
}

/** How fresh the last bar is, in a word; plainer, and with the source, on hover and focus. */
export function LiveBadge({
  state,
  lastAt,
  attribution,
}: {
  /** Null: nothing was heard yet, which is so for what has no feed. */
  state: LiveState | null;
  /** Of the newest stored bar: its open instant, or the label of its day. */
  lastAt: string | null;
  /** Who the data comes from, as the provider wants it said. */
  attribution: string | null;
}) {
  const connection = useLiveStatus();
  if (state === null && !attribution) return null;
  const look = state === null ? null : lookOf(state, lastAt, connection === "offline");
  return (
    <Tooltip>
      <TooltipTrigger asChild>
        <button
          type="button"
          className="focus-inset inline-flex h-7 max-w-56 min-w-0 items-center gap-1.5 rounded-sm px-1.5 text-xs text-muted-foreground max-sm:h-9"
          data-testid="live-badge"
        >
          {look && (
            <>
              <span className={cn("size-2 shrink-0 rounded-full", look.dot)} aria-hidden />
              <span className="font-medium text-foreground">{look.label}</span>
            </>
          )}
          {/* "Simulated" says it all; the sentence is in the tooltip. */}
          {attribution && state !== "simulated" && (
            <span className="truncate max-md:hidden">{attribution}</span>
          )}
          <span className="sr-only">{look?.words}</span>
        </button>
      </TooltipTrigger>
      <TooltipContent className="max-w-72">
        {look?.words} {attribution}
      </TooltipContent>
    </Tooltip>
  );
}
