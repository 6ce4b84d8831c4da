"use client";

import { Check, GitCompareArrows, History } from "lucide-react";
import { useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { useStrategyVersions } from "@/features/strategies/api";
import type { StrategyVersionRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatAgo, formatDateTime } from "@/lib/format";

/** Every version of a strategy, newest first; choosing one brings its text into the editor. */
export function VersionMenu({
  strategyId,
  current,
  latest,
  onOpen,
  onCompare,
}: {
  strategyId: string;
  /** The version whose text is in the editor; null when it is none's. */
  current: number | null;
  latest: number;
  onOpen: (version: StrategyVersionRead) => void;
  /** Shows what differs between versions; there are two at least. */
  onCompare: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const versions = useStrategyVersions(isOpen ? strategyId : null);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button variant="outline" size="sm">
          <History aria-hidden /> Version {current ?? latest}
          {current !== latest && current !== null && ` of ${latest}`}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-72 p-1" aria-label="Versions">
        {latest > 1 && (
          <Button
            variant="ghost"
            size="sm"
            className="mb-1 w-full justify-start"
            onClick={() => {
              setOpen(false);
              onCompare();
            }}
          >
            <GitCompareArrows aria-hidden /> Compare versions
          </Button>
        )}
        {versions.isError ? (
          <ErrorNote error={versions.error} />
        ) : versions.isPending ? (
          <Spinner className="p-3" />
        ) : (
          <ul className="max-h-80 overflow-y-auto">
            {versions.items.map((version) => (
              <li key={version.version}>
                <button
                  type="button"
                  aria-current={version.version === current || undefined}
                  onClick={() => {
                    setOpen(false);
                    onOpen(version);
                  }}
                  className={cn(
                    "flex w-full items-center gap-2 rounded-sm px-2 py-1.5 text-left text-sm hover:bg-accent",
                    version.version === current && "font-medium",
                  )}
                >
                  <span className="w-24 shrink-0">
                    Version {version.version}
                    {version.version === latest && <span className="sr-only"> (latest)</span>}
                  </span>
                  <span
                    className="flex-1 truncate text-xs text-muted-foreground"
                    title={`${formatDateTime(version.created_at)} UTC`}
                  >
                    {formatAgo(version.created_at)}
                  </span>
                  {version.version === current && <Check className="size-4 text-primary" aria-hidden />}
                </button>
              </li>
            ))}
            {versions.hasNextPage && (
              <li>
                <Button
                  variant="ghost"
                  size="sm"
                  className="w-full"
                  pending={versions.isFetchingNextPage}
                  onClick={() => void versions.fetchNextPage()}
                >
                  Older versions
                </Button>
              </li>
            )}
          </ul>
        )}
      </PopoverContent>
    </Popover>
  );
}
