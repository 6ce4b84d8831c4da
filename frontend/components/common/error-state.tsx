"use client";

import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { adviseOn, describeErrors, toApiProblem, type ApiProblem } from "@/lib/api/problem";
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
      <RequestId problem={problem} />
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

/** What finds a fault of the server in its log. A refusal explains itself. */
function RequestId({ problem }: { problem: ApiProblem }) {
  if (problem.requestId === null || problem.status < 500) return null;
  return (
    <p className="text-xs text-muted-foreground">
      Request <code className="font-mono select-all">{problem.requestId}</code>
    </p>
  );
}

/** The same in a few words, inside a form or a card. Named mistakes are all that it says. */
export function ErrorNote({ error, className }: { error: unknown; className?: string }) {
  const problem = toApiProblem(error);
  const mistakes = describeErrors(problem);
  return (
    <div
      role="alert"
      className={cn("flex gap-2 rounded-md bg-destructive/10 px-3 py-2 text-[0.8125rem]", className)}
    >
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-destructive" aria-hidden />
      <div className="min-w-0">
        {mistakes.length > 0 ? (
          mistakes.map((words) => (
            <p key={words} className="break-words">
              {words}
            </p>
          ))
        ) : (
          <>
            <p className="break-words">{problem.message}</p>
            <p className="text-muted-foreground">{adviseOn(problem)}</p>
          </>
        )}
        <RequestId problem={problem} />
      </div>
    </div>
  );
}
