"use client";

import { Fragment } from "react";

import { useRuleWords } from "@/features/strategies/api";
import { tokenizeLine, type TokenKind } from "@/features/strategies/rule-tokens";
import { cn } from "@/lib/cn";

const CLASSES: Partial<Record<TokenKind, string>> = {
  comment: "text-muted-foreground italic",
  string: "text-chart-2",
  number: "text-chart-2",
  function: "text-chart-1",
  input: "text-chart-4",
  output: "font-semibold text-chart-5",
  keyword: "text-chart-3",
  constant: "text-chart-3",
  operator: "text-muted-foreground",
  punctuation: "text-muted-foreground",
};

/** A rule to be read, coloured as in the editor. */
export function RuleText({
  source,
  className,
  label = "Rule",
}: {
  source: string;
  className?: string;
  label?: string;
}) {
  const words = useRuleWords();
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className={cn(
        "focus-inset overflow-x-auto rounded-md bg-muted/60 p-3 font-mono text-xs leading-5",
        // Paper does not scroll, and a phone shows too little of a line to read it by scrolling.
        "max-sm:wrap-anywhere max-sm:whitespace-pre-wrap print:wrap-anywhere print:whitespace-pre-wrap",
        className,
      )}
    >
      <code>
        {source
          .replace(/\n+$/, "")
          .split("\n")
          .map((line, i) => (
            <Fragment key={i}>
              {renderLine(line, words)}
              {"\n"}
            </Fragment>
          ))}
      </code>
    </pre>
  );
}

function renderLine(line: string, words: ReturnType<typeof useRuleWords>) {
  let at = 0;
  const parts = [];
  for (const { from, to, kind } of tokenizeLine(line, words)) {
    if (from > at) parts.push(line.slice(at, from));
    parts.push(
      <span key={from} className={CLASSES[kind]}>
        {line.slice(from, to)}
      </span>,
    );
    at = to;
  }
  return parts;
}
