"use client";

import type { ReactNode } from "react";

import { ErrorState } from "@/components/common/error-state";
import { Skeleton } from "@/components/ui/skeleton";

/** An answer that may still be on its way, as a query gives it. */
export type Loadable<T> = {
  data: T | undefined;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
};

/** What is there already, in the same shape. */
export function loaded<T>(data: T): Loadable<T> {
  return { data, isError: false, error: null, refetch: () => undefined };
}

/** Shows what an answer holds once it is there; until then its place, and when it failed why. */
export function Loaded<T>({
  query,
  failure,
  className = "h-40",
  children,
}: {
  query: Loadable<T>;
  /** What is told when it could not be loaded. */
  failure: string;
  /** Size of the place that is kept. */
  className?: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError)
    return <ErrorState title={failure} error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className={className} />
    </div>
  );
}
