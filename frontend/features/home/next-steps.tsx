import { Circle, CircleCheckBig } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { planSteps } from "@/features/home/steps";
import type { Instrument } from "@/lib/api/contract";
import type { RunSummary, StrategyRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { findVisits } from "@/lib/visits";

export function NextSteps({
  instruments,
  strategies,
  runs,
}: {
  instruments: Instrument[] | undefined;
  strategies: StrategyRead[] | undefined;
  runs: RunSummary[] | undefined;
}) {
  const [visits] = useState(findVisits);
  const isKnown = instruments && strategies && runs;
  const steps = isKnown ? planSteps(instruments, strategies, runs, visits) : null;
  const next = steps?.findIndex((step) => !step.isDone) ?? -1;
  return (
    <Card>
      <CardHeader>
        <CardTitle>What to do next</CardTitle>
      </CardHeader>
      {!steps && (
        <div className="grid gap-3 px-4 pb-4">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-8" />
          ))}
        </div>
      )}
      <ol className="pb-2">
        {steps?.map((step, index) => (
          <li key={step.title}>
            <Link href={step.href} className="focus-inset flex gap-2.5 px-4 py-2 hover:bg-accent/60">
              {step.isDone ? (
                <CircleCheckBig className="mt-0.5 size-4 shrink-0 text-up" aria-hidden />
              ) : (
                <Circle
                  className={cn(
                    "mt-0.5 size-4 shrink-0",
                    index === next ? "text-primary" : "text-muted-foreground",
                  )}
                  aria-hidden
                />
              )}
              <span className="min-w-0">
                <span className={cn("block font-medium", index !== next && "font-normal")}>
                  {step.title}
                  <span className="sr-only">{step.isDone ? ", done" : ", to do"}</span>
                </span>
                <span className="block text-xs text-muted-foreground">{step.note}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
