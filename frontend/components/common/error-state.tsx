"use client";

import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { adviseOn, toApiProblem } from "@/lib/api/problem";
import { cn } from "@/lib/cn";

/** What happened, what to do about it, and the id that finds it in the server's log. */
export function ErrorState({
  error,
  title,
  onRetry,
  action,
  heading: Heading = "h2",
  className,
}: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  action?: ReactNode;
  /** "h1" where it is all the page has. */
  heading?: "h1" | "h2";
  className?: string;
}) {
  const problem = toApiProblem(error);
  return (
    <div role="alert" className={cn("flex flex-col items-center gap-2 px-6 py-12 text-center", className)}>
      <CircleAlert className="size-6 text-destructive" strokeWidth={1.5} aria-hidden />
      <Heading className="text-sm font-semibold">{title ?? problem.title}</Heading>
      <p className="max-w-md text-[0.8125rem]">{problem.message}</p>
      <p className="max-w-md text-[0.8125rem] text-muted-foreground">{adviseOn(problem)}</p>
      {problem.requestId && (
        <p className="text-xs text-muted-foreground">
          Request <code className="font-mono select-all">{problem.requestId}</code>
        </p>
      )}
      {(onRetry || action) && (
        <div className="mt-2 flex flex-wrap justify-center gap-2">
          {onRetry && (
            <Button variant="outline" size="sm" onClick={onRetry}>
              <RotateCw aria-hidden /> Try again
            </Button>
          )}
          {action}
        </div>
      )}
    </div>
  );
}

/** The same in one line, inside a form or a card. */
export function ErrorNote({ error, className }: { error: unknown; className?: string }) {
  const problem = toApiProblem(error);
  return (
    <div
      role="alert"
      className={cn("flex gap-2 rounded-md bg-destructive/10 px-3 py-2 text-[0.8125rem]", className)}
    >
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-destructive" aria-hidden />
      <div className="min-w-0">
        <p className="break-words">{problem.message}</p>
        {problem.errors.length > 0 && (
          <ul className="mt-1 list-disc pl-4">
            {problem.errors.map((item, index) => (
              <li key={index}>
                {item.location && <code className="font-mono text-xs">{item.location}: </code>}
                {item.message}
              </li>
            ))}
          </ul>
        )}
        <p className="text-muted-foreground">{adviseOn(problem)}</p>
        {problem.requestId && (
          <p className="mt-0.5 text-xs text-muted-foreground">
            Request <code className="font-mono select-all">{problem.requestId}</code>
          </p>
        )}
      </div>
    </div>
  );
}
