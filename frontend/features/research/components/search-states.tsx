import { Ban, Hourglass, OctagonX, PauseCircle } from "lucide-react";
import type { ReactNode } from "react";

import { ProgressLine } from "@/components/common/spinner";
import { Card, CardContent } from "@/components/ui/card";
import { adviseOnFailure } from "@/features/backtests/failure-advice";
import type { ResearchStatus } from "@/features/research/contract";
import { STATUS_WORDS, tellEta } from "@/features/research/progress";

/** How far a search is, and how much longer it takes. */
export function SearchProgress({
  status,
  progress,
  eta_seconds: eta,
  done,
}: {
  status: ResearchStatus;
  progress: number;
  eta_seconds?: number | null;
  /** "1,200 of 5,000 sets" */
  done?: string;
}) {
  const Icon = status === "paused" ? PauseCircle : Hourglass;
  const left = tellEta({ status, eta_seconds: eta });
  return (
    <Card>
      <CardContent className="flex items-center gap-3 py-4">
        <Icon className="size-6 shrink-0 text-primary" strokeWidth={1.5} aria-hidden />
        <ProgressLine
          className="flex-1"
          label={[STATUS_WORDS[status], done].filter(Boolean).join(" · ")}
          value={status === "queued" ? null : progress}
          note={[status === "queued" ? null : `${Math.floor(progress * 100)}%`, left]
            .filter(Boolean)
            .join(" · ")}
        />
      </CardContent>
    </Card>
  );
}

/** A search that failed or was cancelled: why, and what to do. */
export function SearchEnded({
  what,
  status,
  error,
  kept,
  actions,
}: {
  what: "sweep" | "walk-forward";
  status: "failed" | "cancelled";
  error: { code: string; detail: string } | null;
  /** What is still there to look at. */
  kept: string | null;
  actions?: ReactNode;
}) {
  const isFailed = status === "failed";
  const Icon = isFailed ? OctagonX : Ban;
  return (
    <Card>
      <CardContent className="flex gap-3 py-5">
        <Icon
          className={`mt-0.5 size-6 shrink-0 ${isFailed ? "text-down" : "text-muted-foreground"}`}
          strokeWidth={1.5}
          aria-hidden
        />
        <div className="min-w-0" role={isFailed ? "alert" : undefined}>
          <h2 className="text-base font-semibold">
            The {what} {isFailed ? "failed" : "was cancelled"}
          </h2>
          {isFailed && error && (
            <>
              <p className="mt-1 break-words">{error.detail}</p>
              <p className="text-[0.8125rem] text-muted-foreground">{adviseOnFailure(error)}</p>
            </>
          )}
          {kept && <p className="text-[0.8125rem] text-muted-foreground">{kept}</p>}
          {actions && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
        </div>
      </CardContent>
    </Card>
  );
}
