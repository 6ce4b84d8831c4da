"use client";

import { X } from "lucide-react";
import { useEffect, useState } from "react";

import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { toast } from "@/components/ui/sonner";
import { useBackfillsOf, useCancelBackfill } from "@/features/feeds/api";
import { describeBackfill, isOver } from "@/features/feeds/backfill-words";
import type { BackfillRead } from "@/lib/api/generated";
import { toApiProblem } from "@/lib/api/problem";
import { cn } from "@/lib/cn";

/** The time now, told again while something waits for it. */
export function useNow(isTicking: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNow(new Date()), 1_000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}

/** How one back-fill goes: how far it is, what it waits for, and stopping it. */
export function BackfillProgress({ backfill, className }: { backfill: BackfillRead; className?: string }) {
  const now = useNow(backfill.status === "waiting");
  const cancel = useCancelBackfill();
  const { title, state, tone } = describeBackfill(backfill, now);
  return (
    <div className={cn("flex items-center gap-3 text-xs", className)}>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap gap-x-2">
          <span className="font-medium">{title}</span>
          <span
            className={cn(
              "text-muted-foreground tabular-nums",
              tone === "waiting" && "text-warn",
              tone === "failed" && "text-destructive",
            )}
          >
            {state}
          </span>
        </p>
        {!isOver(backfill) && (
          <Progress
            value={backfill.status === "queued" ? null : backfill.progress}
            aria-label={`${title}: progress`}
            className="mt-1 h-1"
          />
        )}
      </div>
      {!isOver(backfill) && (
        <Button
          variant="ghost"
          size="sm"
          pending={cancel.isPending}
          aria-label={title.replace("Fetching", "Stop fetching")}
          onClick={() =>
            cancel.mutate(backfill.id, {
              onError: (error) =>
                toast.error("It could not be stopped", { description: toApiProblem(error).message }),
            })
          }
        >
          <X aria-hidden /> Stop
        </Button>
      )}
    </div>
  );
}

/** Above a chart: what is on its way in of this instrument, and what did not come. Nothing else: nothing. */
export function BackfillStrip({ instrumentId }: { instrumentId: string }) {
  const backfills = useBackfillsOf(instrumentId);
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const shown = backfills.filter(
    (one) => !isOver(one) || (one.status === "failed" && !dismissed.has(one.id)),
  );
  if (shown.length === 0) return null;
  return (
    <section
      aria-label="Bars on their way in"
      className="mb-1 grid gap-1 rounded-md border bg-card px-3 py-1.5"
    >
      {shown.map((one) => (
        <div key={one.id} className="flex items-center gap-2">
          <BackfillProgress backfill={one} className="min-w-0 flex-1" />
          {isOver(one) && (
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label="Dismiss"
              onClick={() => setDismissed((before) => new Set([...before, one.id]))}
            >
              <X aria-hidden />
            </Button>
          )}
        </div>
      ))}
    </section>
  );
}
