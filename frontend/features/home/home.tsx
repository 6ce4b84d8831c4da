"use client";

import Link from "next/link";

import { ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { useRuns } from "@/features/backtests/api";
import { LatestReport } from "@/features/home/latest-report";
import { LatestRuns } from "@/features/home/latest-runs";
import { MarketsGlance } from "@/features/home/markets-glance";
import { NextSteps } from "@/features/home/next-steps";
import { useMe } from "@/features/identity/api";
import { useInstruments } from "@/features/market/api";
import { useStrategies } from "@/features/strategies/api";

/** What is here, what to do next, and the latest answers with their verdict first. */
export function Home() {
  const { data: me } = useMe();
  const instruments = useInstruments();
  const strategies = useStrategies();
  const runs = useRuns();
  const failed = [instruments, strategies, runs].find((query) => query.error && !query.data);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;

  const instrumentRows = instruments.data?.pages.flatMap((page) => page.items);
  const strategyRows = strategies.data && strategies.items;
  const runRows = runs.data && runs.items;
  const finished = runRows?.find((run) => run.status === "succeeded");
  return (
    <>
      <PageHeader
        title={me ? `Welcome, ${me.display_name}` : "Welcome"}
        description="Is this trading idea any good, and can I believe the answer?"
        actions={
          <Button asChild size="sm" variant="outline">
            <Link href="/strategies">Test a rule</Link>
          </Button>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          {(runs.isPending || finished) && <LatestReport run={finished} />}
          <LatestRuns runs={runRows?.slice(0, 8)} />
        </div>
        <div className="grid min-w-0 gap-4 md:grid-cols-2 xl:grid-cols-1">
          <NextSteps instruments={instrumentRows} strategies={strategyRows} runs={runRows} />
          <MarketsGlance instruments={instrumentRows?.slice(0, 6)} />
        </div>
      </div>
    </>
  );
}
