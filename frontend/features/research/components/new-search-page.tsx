"use client";

import { useSearchParams } from "next/navigation";

import { ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { Skeleton } from "@/components/ui/skeleton";
import { SearchForm } from "@/features/research/components/search-form";
import type { SearchKind } from "@/features/research/search-settings";
import { useSearchStart } from "@/features/research/use-search-start";

const WORDS: Record<SearchKind, { title: string; description: string }> = {
  sweep: {
    title: "New sweep",
    description:
      "Runs a rule with many parameter sets, to see where it holds up and where it only got lucky.",
  },
  "walk-forward": {
    title: "New walk-forward",
    description: "Chooses parameters on one stretch of bars and judges them on the next, again and again.",
  },
};

/** `/research/sweeps/new` and `/research/walk-forwards/new`. */
export function NewSearchPage({ kind }: { kind: SearchKind }) {
  const params = useSearchParams();
  const { start, error, retry } = useSearchStart(params);
  return (
    <>
      <PageHeader {...WORDS[kind]} />
      {start ? (
        <SearchForm kind={kind} start={start} />
      ) : error ? (
        <ErrorState title="What to start from could not be loaded" error={error} onRetry={retry} />
      ) : (
        <div
          className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_23rem]"
          role="status"
          aria-label="Loading the form"
        >
          <Skeleton className="h-[60dvh]" />
          <Skeleton className="h-80" />
        </div>
      )}
    </>
  );
}
