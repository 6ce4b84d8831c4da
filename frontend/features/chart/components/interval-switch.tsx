"use client";

import { useEffect, useRef } from "react";

import { toast } from "@/components/ui/sonner";
import { Tooltip, TooltipContent, TooltipTrigger } from "@/components/ui/tooltip";
import { intervalChoices, longInterval, shortInterval, type Interval } from "@/features/chart/intervals";
import { cn } from "@/lib/cn";

/** Every interval of the product; what this instrument cannot give stays visible, disabled, with its reason. */
export function IntervalSwitch({
  value,
  stored,
  onChange,
  className,
}: {
  value: Interval;
  stored: readonly string[];
  onChange: (interval: Interval) => void;
  className?: string;
}) {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone the row scrolls: what is chosen must be seen. Only the row moves, never the page.
    const chosen = group.current?.querySelector<HTMLElement>("[aria-pressed=true]");
    const row = group.current?.parentElement;
    if (!chosen || !row || row.scrollWidth <= row.clientWidth) return;
    const { left, right } = chosen.getBoundingClientRect();
    const box = row.getBoundingClientRect();
    // What is in sight stays where it is.
    if (left < box.left || right > box.right) row.scrollLeft += left - box.left - box.width * 0.4;
  }, [value]);

  return (
    <div
      ref={group}
      role="group"
      aria-label="Interval"
      className={cn(
        "relative inline-flex items-center gap-0.5 rounded-md bg-muted p-0.5 sm:overflow-x-auto",
        className,
      )}
    >
      {intervalChoices(stored).map(({ interval, source, from, reason }) => {
        const isPossible = source !== "none";
        const isChosen = value === interval;
        return (
          <Tooltip key={interval}>
            <TooltipTrigger asChild>
              <button
                type="button"
                aria-label={`${shortInterval(interval)}, ${longInterval(interval)}${isPossible ? "" : ", not available"}`}
                aria-pressed={isChosen}
                aria-disabled={!isPossible || undefined}
                // A tap opens no tooltip: there the reason comes as a notice.
                onClick={() => (isPossible ? onChange(interval) : toast.info(reason))}
                className={cn(
                  "focus-inset inline-flex h-7 min-w-8 flex-none items-center justify-center rounded-sm px-1.5 text-xs font-medium max-sm:h-8",
                  isPossible
                    ? "text-muted-foreground hover:text-foreground"
                    : "cursor-not-allowed text-muted-foreground/45",
                  isChosen && "bg-card text-foreground",
                )}
              >
                {shortInterval(interval)}
              </button>
            </TooltipTrigger>
            <TooltipContent>
              {reason ??
                (source === "resampled"
                  ? `Made from ${longInterval(from!)} bars`
                  : `Stored ${longInterval(interval)} bars`)}
            </TooltipContent>
          </Tooltip>
        );
      })}
    </div>
  );
}
