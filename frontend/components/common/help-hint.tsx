"use client";

import { CircleHelp } from "lucide-react";
import type { ReactNode } from "react";

import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";

/** A question mark beside a word that explains it in plain words; opens by click, tap or key. */
export function HelpHint({ term, children }: { term: string; children: ReactNode }) {
  return (
    <Popover>
      <PopoverTrigger
        className="inline-flex size-5 items-center justify-center rounded-full align-middle text-muted-foreground hover:text-foreground"
        aria-label={`What is ${term}?`}
      >
        <CircleHelp className="size-3.5" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-72 text-[0.8125rem] leading-5" aria-label={term}>
        <p className="mb-1 font-semibold">{term}</p>
        <div className="text-muted-foreground">{children}</div>
      </PopoverContent>
    </Popover>
  );
}
