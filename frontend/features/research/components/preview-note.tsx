"use client";

import { TriangleAlert } from "lucide-react";

import { ErrorNote } from "@/components/common/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import type { useSweepPreview } from "@/features/research/api";
import { formatSpan } from "@/features/research/progress";
import { countWindows, type SearchKind, type SearchSettings } from "@/features/research/search-settings";
import { formatCount, formatPlural } from "@/lib/format";

function tellWork(seconds: number): string {
  return seconds < 1 ? "Done in about a second" : `About ${formatSpan(seconds)} of work`;
}

/** How large the search is and how long it takes, as the server says; or why it cannot be run. */
export function PreviewNote({
  kind,
  search,
  preview,
  problem,
}: {
  kind: SearchKind;
  search: SearchSettings;
  preview: ReturnType<typeof useSweepPreview>;
  /** What has to be corrected before there is anything to preview. */
  problem: string | null;
}) {
  const { data, error } = preview;
  const windows = data && kind === "walk-forward" ? countWindows(data.bars, search) : null;
  return (
    <section
      aria-label="What will run"
      aria-live="polite"
      className="min-h-16 rounded-md bg-muted/60 px-3 py-2.5 text-[0.8125rem] leading-5"
    >
      {problem !== null ? (
        <p className="flex gap-2">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
          {problem}
        </p>
      ) : error ? (
        <>
          <ErrorNote error={error} className="bg-transparent p-0" />
          {error.code === "sweep_too_large" && (
            <p className="mt-1 text-muted-foreground">
              Widen the steps, vary fewer parameters, or draw a number of sets at random.
            </p>
          )}
        </>
      ) : data ? (
        <>
          <p className="font-medium tabular-nums">
            {formatPlural(data.sets, "set")} on {formatPlural(data.bars, "bar")}
            {windows !== null && `, in ${formatPlural(windows, "window")}`}
          </p>
          <p className="text-muted-foreground tabular-nums">
            {windows === 0
              ? "The bars do not suffice for one window: shorten the training or the test."
              : [
                  tellWork(data.estimated_seconds * Math.max(1, windows ?? 1)),
                  kind === "sweep" &&
                    data.shards > 1 &&
                    `cut into ${formatCount(data.shards)} parts for the workers`,
                ]
                  .filter(Boolean)
                  .join(", ") + "."}
          </p>
        </>
      ) : (
        <div role="status" aria-label="Loading the preview" className="grid gap-1.5">
          <Skeleton className="h-4 w-44" />
          <Skeleton className="h-4 w-56" />
        </div>
      )}
    </section>
  );
}
