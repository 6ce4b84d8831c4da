"use client";

import { Button } from "@/components/ui/button";
import { useExamples } from "@/features/strategies/api";

/** For an empty rule: a whole one to begin with, in one tap. */
export function BeginWith({ onChoose }: { onChoose: (source: string) => void }) {
  const { data: examples } = useExamples();
  if (!examples || examples.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5 border-t px-3 py-2">
      <span className="mr-1 text-xs text-muted-foreground">Begin with</span>
      {examples.map((example) => (
        <Button
          key={example.name}
          variant="outline"
          size="sm"
          title={example.summary}
          onClick={() => onChoose(example.source)}
        >
          {example.name}
        </Button>
      ))}
    </div>
  );
}
