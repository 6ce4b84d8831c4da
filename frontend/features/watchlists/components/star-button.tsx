"use client";

import { Star } from "lucide-react";

import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/sonner";
import { useStars, useToggleStar } from "@/features/watchlists/api";
import { cn } from "@/lib/cn";

/** Puts an instrument on the list "Watchlist" or takes it off; taking off can be undone. */
export function StarButton({
  instrumentId,
  symbol,
  className,
}: {
  instrumentId: string;
  symbol: string;
  className?: string;
}) {
  const stars = useStars();
  const toggle = useToggleStar();
  const isStarred = stars.data?.instrument_ids.includes(instrumentId) ?? false;

  function set(starred: boolean) {
    toggle.mutate(
      { instrumentId, starred },
      {
        onSuccess: () => {
          if (starred) return;
          toast(`${symbol} left the watchlist`, { action: { label: "Undo", onClick: () => set(true) } });
        },
        onError: (error) =>
          toast.error(`${symbol} could not be ${starred ? "starred" : "unstarred"}`, {
            description: error.message,
          }),
      },
    );
  }

  return (
    <Button
      variant="ghost"
      size="icon-sm"
      className={className}
      aria-pressed={isStarred}
      aria-label={`Star ${symbol}`}
      title={isStarred ? "On the watchlist" : "Put on the watchlist"}
      disabled={stars.isPending}
      onClick={() => set(!isStarred)}
    >
      <Star
        className={cn(isStarred ? "fill-warn text-warn" : "text-muted-foreground")}
        strokeWidth={1.75}
        aria-hidden
      />
    </Button>
  );
}
