"use client";

import Link from "next/link";
import { useEffect } from "react";

import { ErrorState } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";

/** What a page shows when it broke while drawing. */
export function PageFailure({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useEffect(() => {
    console.error(error);
  }, [error]);
  return (
    <ErrorState
      error={error}
      heading="h1"
      onRetry={reset}
      action={
        <Button asChild variant="ghost" size="sm">
          <Link href="/">Go home</Link>
        </Button>
      }
    />
  );
}
