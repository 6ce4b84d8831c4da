import { ArrowRight } from "lucide-react";
import Link from "next/link";

import { Stat } from "@/components/common/figure";
import { VerdictBadge, verdictLook } from "@/components/common/verdict-badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useRun } from "@/features/backtests/api";
import { checkWords, verdictMeaning } from "@/features/backtests/verdict-texts";
import { INTERVALS } from "@/features/market/labels";
import type { RunSummary } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatAgo, formatPercent } from "@/lib/format";

/** The newest finished run: first whether to believe it, then what it made. */
export function LatestReport({ run }: { run: RunSummary | undefined }) {
  if (!run) {
    return (
      <Card className="grid gap-4 p-4" aria-busy="true" aria-label="Loading the latest report">
        <Skeleton className="h-6 w-48" />
        <Skeleton className="h-12" />
      </Card>
    );
  }
  return (
    <Card className="grid gap-4 p-4" aria-labelledby="latest-report">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="text-xs text-muted-foreground">
            Latest report, {formatAgo(run.finished_at ?? run.created_at)}
          </p>
          <h2 id="latest-report" className="mt-0.5 text-base font-semibold">
            {run.strategy_name ?? "A rule that is not saved"}{" "}
            <span className="font-normal text-muted-foreground">
              on {run.symbol}, {INTERVALS[run.interval]}
            </span>
          </h2>
        </div>
        <Button asChild>
          <Link href={`/backtests/${run.id}`}>
            Read the report <ArrowRight aria-hidden />
          </Link>
        </Button>
      </div>
      {run.level && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <VerdictBadge level={run.level} size="lg" />
          <span className="text-[0.8125rem]">{verdictMeaning(run.level, run.total_return)}</span>
        </div>
      )}
      <Checks id={run.id} />
      <div className="grid grid-cols-2 gap-4 border-t pt-4 sm:grid-cols-4">
        <Stat
          label="Total return"
          value={run.total_return}
          kind="percent"
          digits={1}
          signed
          note={
            run.benchmark_return !== null &&
            `Buy and hold ${formatPercent(run.benchmark_return, { signed: true })}`
          }
        />
        <Stat
          label="A year"
          value={run.cagr}
          kind="percent"
          digits={1}
          signed
          hint="The yearly growth that would give the same total return."
        />
        <Stat
          label="Deepest fall"
          value={run.max_drawdown}
          kind="percent"
          digits={1}
          signed
          hint="The largest loss from a peak to the lowest point after it (drawdown)."
        />
        <Stat label="Trades" value={run.trades} kind="count" />
      </div>
    </Card>
  );
}

/** What was looked at before the profit, each with what it found. */
function Checks({ id }: { id: string }) {
  const { data, isPending } = useRun(id);
  if (isPending) return <Skeleton className="h-40" />;
  if (!data?.verdict) return null;
  return (
    <ul className="grid gap-x-6 gap-y-2.5 md:grid-cols-2" aria-label="What was checked">
      {data.verdict.checks.map((check) => {
        const { icon: Icon, tone, check: word } = verdictLook(check.level);
        return (
          <li key={check.name} className="flex gap-2.5 text-[0.8125rem]">
            <Icon className={cn("mt-0.5 size-4 shrink-0", tone)} aria-hidden />
            <span className="min-w-0">
              <span className="font-medium">{checkWords(check).title}</span>
              <span className="sr-only">, {word}</span>
              <span className="block text-muted-foreground">{check.statement}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
