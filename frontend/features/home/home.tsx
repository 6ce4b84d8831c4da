"use client";

import Link from "next/link";

import { ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { useFirstInstruments, useFirstStrategies, useLatestRuns } from "@/features/home/api";
import { LatestReport } from "@/features/home/latest-report";
import { LatestRuns } from "@/features/home/latest-runs";
import { MarketsGlance } from "@/features/home/markets-glance";
import { NextSteps } from "@/features/home/next-steps";
import { useMe } from "@/features/identity/api";

/** What is here, what to do next, and the latest answers with their verdict first. */
export function Home() {
  const { data: me } = useMe();
  const instruments = useFirstInstruments();
  const strategies = useFirstStrategies();
  const runs = useLatestRuns();
  const failed = [instruments, strategies, runs].find((query) => query.error && !query.data);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;

  const finished = runs.data?.items.find((run) => run.status === "succeeded");
  return (
    <>
      <PageHeader
        title={me ? `Welcome, ${me.display_name}` : "Welcome"}
        description="Is this trading idea any good, and can I believe the answer?"
        actions={
          <Button asChild size="sm" variant="outline">
            <Link href="/backtests/new">Test a rule</Link>
          </Button>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {(runs.isPending || finished) && <LatestReport run={finished} />}
          <LatestRuns runs={runs.data?.items} />
        </div>
        <div className="grid min-w-0 gap-4 md:grid-cols-2 xl:grid-cols-1">
          <NextSteps
            instruments={instruments.data?.items}
            strategies={strategies.data?.items}
            runs={runs.data?.items}
          />
          <MarketsGlance instruments={instruments.data?.items} />
        </div>
      </div>
    </>
  );
}
