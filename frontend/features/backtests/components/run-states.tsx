"use client";

import { Ban, CircleAlert, Hourglass, OctagonX } from "lucide-react";
import type { ReactNode } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { ProgressLine } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { useCancelRun } from "@/features/backtests/api";
import { GrowingVerdict } from "@/features/backtests/components/verdict-panel";
import { adviseOnFailure } from "@/features/backtests/failure-advice";
import { RuleText } from "@/features/strategies/components/rule-text";
import type { RunRead } from "@/lib/api/generated";
import { formatAgo } from "@/lib/format";

/** A run that is not over yet: how far it is, and the way to stop it. */
export function RunProgress({ run }: { run: RunRead }) {
  const cancel = useCancelRun();
  const isStopping = run.cancel_requested || cancel.isPending;
  const isQueued = run.status === "queued";
  return (
    <div className="grid grid-cols-1 gap-4">
      <Card>
        <CardContent className="grid gap-x-8 gap-y-3 py-4 md:grid-cols-[minmax(0,1fr)_20rem_auto] md:items-center">
          <div className="flex items-center gap-3">
            <Hourglass className="size-6 shrink-0 text-primary" strokeWidth={1.5} aria-hidden />
            <div>
              <h2 className="text-base font-semibold">
                {isStopping ? "Stopping" : isQueued ? "Waiting for a worker" : "Computing the run"}
              </h2>
              <p className="text-[0.8125rem] text-muted-foreground">
                {isQueued
                  ? `Asked for ${formatAgo(run.created_at)}. It begins as soon as a worker is free.`
                  : "The report opens here by itself. You can leave this page; the run goes on."}
              </p>
            </div>
          </div>
          <ProgressLine label={isQueued ? "Queued" : "Progress"} value={isQueued ? null : run.progress} />
          <Button variant="outline" size="sm" pending={isStopping} onClick={() => cancel.mutate(run.id)}>
            {!isStopping && <Ban aria-hidden />} {isStopping ? "Stopping" : "Cancel the run"}
          </Button>
          {cancel.isError && <ErrorNote error={cancel.error} className="md:col-span-3" />}
        </CardContent>
      </Card>
      {!isQueued && <GrowingVerdict verdict={run.verdict} currency={null} />}
    </div>
  );
}

/** A run that gave no report: why, and what to do. */
export function RunEnded({ run, actions }: { run: RunRead; actions: ReactNode }) {
  const isFailed = run.status === "failed";
  const Icon = isFailed ? OctagonX : CircleAlert;
  return (
    <Card>
      <CardContent className="mx-auto grid max-w-2xl gap-4 py-10">
        <div className="flex gap-3" role={isFailed ? "alert" : undefined}>
          <Icon
            className={`mt-0.5 size-6 shrink-0 ${isFailed ? "text-down" : "text-muted-foreground"}`}
            strokeWidth={1.5}
            aria-hidden
          />
          <div className="min-w-0">
            <h2 className="text-base font-semibold">
              {isFailed ? "The run failed" : "The run was cancelled"}
            </h2>
            {isFailed && run.error ? (
              <>
                <p className="mt-1 break-words">{run.error.detail}</p>
                <p className="text-[0.8125rem] text-muted-foreground">{adviseOnFailure(run.error)}</p>
                <p className="mt-1 text-xs text-muted-foreground">
                  Code <code className="font-mono select-all">{run.error.code}</code>, run{" "}
                  <code className="font-mono break-all select-all">{run.id}</code>
                </p>
              </>
            ) : (
              <p className="text-[0.8125rem] text-muted-foreground">
                It was stopped before it was over, so there is no report.
              </p>
            )}
          </div>
        </div>
        <div className="flex flex-wrap gap-2">{actions}</div>
        <RuleText source={run.source} />
      </CardContent>
    </Card>
  );
}
