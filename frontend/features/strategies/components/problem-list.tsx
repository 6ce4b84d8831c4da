import { CircleAlert, CircleCheck, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";

import type { RuleCheckRead } from "@/lib/api/generated";
import { formatPlural } from "@/lib/format";

/** Words between backticks stand as code. */
function withCode(message: string): ReactNode[] {
  return message.split("`").map((part, i) =>
    i % 2 === 1 ? (
      <code key={i} className="rounded-sm bg-muted px-1 font-mono text-xs">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

/** What the checker found, under the editor; a problem's line leads to its place. */
export function ProblemList({
  id,
  check,
  isFresh,
  isUnreachable,
  isEmpty,
  onGoTo,
}: {
  id: string;
  check: RuleCheckRead | undefined;
  /** The answer is for the text as it stands. */
  isFresh: boolean;
  isUnreachable: boolean;
  isEmpty: boolean;
  onGoTo: (line: number, column: number) => void;
}) {
  return (
    <div id={id} aria-live="polite" className="border-t px-3 py-2 text-[0.8125rem]">
      {isEmpty ? (
        <p className="text-muted-foreground">
          Write a rule: a name, an equals sign and what it is. Begin with enter_long.
        </p>
      ) : isUnreachable ? (
        <p className="text-muted-foreground">
          The rule could not be checked. It is checked again when you go on typing.
        </p>
      ) : !check ? (
        <p className="flex items-center gap-2 text-muted-foreground">
          <LoaderCircle className="size-4 animate-spin" aria-hidden /> Checking…
        </p>
      ) : check.errors.length === 0 ? (
        <p className="flex flex-wrap items-center gap-x-2">
          <CircleCheck className="size-4 shrink-0 text-up" aria-hidden />
          <span>{isFresh ? "No problems." : "Checking…"}</span>
          <span className="text-muted-foreground">
            Defines <span className="font-mono text-xs">{check.outputs.join(", ")}</span>
            {check.lookback ? `; needs ${formatPlural(check.lookback, "bar")} before its first signal` : ""}.
          </span>
        </p>
      ) : (
        <>
          <p className="flex items-center gap-2 font-medium">
            <CircleAlert className="size-4 shrink-0 text-destructive" aria-hidden />
            {formatPlural(check.errors.length, "problem")}
          </p>
          <ul className="mt-1 grid gap-0.5">
            {check.errors.map(({ line, column, code, message }, i) => (
              <li key={`${i} ${code}`}>
                <button
                  type="button"
                  onClick={() => onGoTo(line, column)}
                  className="grid w-full grid-cols-[auto_minmax(0,1fr)] gap-x-3 rounded-sm px-1 py-0.5 text-left hover:bg-accent"
                >
                  <span className="text-xs leading-5 text-muted-foreground tabular-nums">
                    Line {line}:{column}
                  </span>
                  <span className="break-words">{withCode(message)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
