import { FlaskConical } from "lucide-react";
import Link from "next/link";

import { EmptyState } from "@/components/common/empty-state";
import { Figure } from "@/components/common/figure";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { INTERVALS } from "@/features/market/labels";
import type { RunSummary } from "@/lib/api/generated";
import { formatAgo, formatPercent } from "@/lib/format";

export function LatestRuns({ runs }: { runs: RunSummary[] | undefined }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>Latest runs</CardTitle>
        {runs && runs.length > 0 && (
          <Button asChild variant="link" size="sm" className="h-auto px-0">
            <Link href="/backtests">All runs</Link>
          </Button>
        )}
      </CardHeader>
      {!runs && (
        <div className="grid gap-3 px-4 pb-4">
          {[0, 1, 2].map((row) => (
            <Skeleton key={row} className="h-9" />
          ))}
        </div>
      )}
      {runs?.length === 0 && (
        <EmptyState
          icon={FlaskConical}
          title="Nothing tested yet"
          className="py-8"
          action={
            <Button asChild size="sm">
              <Link href="/strategies">Test a rule</Link>
            </Button>
          }
        >
          Run a rule over past bars. The report says first whether the answer can be believed.
        </EmptyState>
      )}
      {runs && runs.length > 0 && (
        <ul className="pb-2">
          {runs.map((run) => (
            <li key={run.id}>
              <Link
                href={`/backtests/${run.id}`}
                className="focus-inset grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5 px-4 py-2 hover:bg-accent/60 sm:grid-cols-[8.75rem_minmax(0,1fr)_auto]"
              >
                <span className="col-span-2 grid sm:col-span-1">
                  <RunState run={run} />
                </span>
                <span className="min-w-0">
                  <span className="block truncate">{run.strategy_name ?? "A rule that is not saved"}</span>
                  <span className="block truncate text-xs text-muted-foreground">
                    {run.error
                      ? run.error.detail
                      : `${run.symbol}, ${INTERVALS[run.interval]}, ${formatAgo(run.created_at)}`}
                  </span>
                </span>
                {run.status === "succeeded" && (
                  <span className="text-right">
                    <Figure value={run.total_return} kind="percent" signed />
                    <span className="block text-xs text-muted-foreground">
                      hold {formatPercent(run.benchmark_return, { signed: true })}
                    </span>
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** The verdict, and before there is one how far the run is. */
function RunState({ run }: { run: RunSummary }) {
  if (run.status === "succeeded" && run.level)
    return <VerdictBadge level={run.level} className="justify-self-start" />;
  if (run.status === "failed") {
    return (
      <Badge variant="down" className="justify-self-start">
        failed
      </Badge>
    );
  }
  if (run.status === "cancelled") {
    return (
      <Badge variant="outline" className="justify-self-start">
        cancelled
      </Badge>
    );
  }
  return (
    <span className="grid gap-1 text-xs text-muted-foreground">
      {run.status === "queued" ? "waiting" : "running"}
      <Progress value={run.status === "queued" ? null : run.progress} aria-label="Progress of the run" />
    </span>
  );
}
