"use client";

import { Star } from "lucide-react";

import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/sonner";
import { useListsOf, usePlaceOnList, useWatchlists } from "@/features/watchlists/api";
import { findPanel } from "@/features/watchlists/panel-memory";
import { cn } from "@/lib/cn";

/**
 * Filled while an instrument is on any list. Puts it on the list that is open beside the chart, or takes it off that
 * one, else off the first that has it; taking off can be undone.
 */
export function StarButton({
  instrumentId,
  symbol,
  className,
}: {
  instrumentId: string;
  symbol: string;
  className?: string;
}) {
  const all = useWatchlists().data ?? [];
  const holding = useListsOf(instrumentId);
  const place = usePlaceOnList();
  const isStarred = place.isPending ? place.variables.isOn : (holding?.length ?? 0) > 0;

  function put(list: { id: string; name: string } | undefined, isOn: boolean) {
    const name = list?.name ?? "Watchlist";
    place.mutate(
      { instrumentId, listId: list?.id ?? null, isOn },
      {
        onSuccess: () => {
          if (isOn) return;
          toast(`${symbol} left ${name}`, { action: { label: "Undo", onClick: () => put(list, true) } });
        },
        onError: (error) =>
          toast.error(`${symbol} could not be ${isOn ? "put on" : "taken off"} ${name}`, {
            description: error.message,
          }),
      },
    );
  }

  function toggle() {
    const { listId } = findPanel();
    const among = isStarred ? (holding ?? []) : all;
    put(among.find(({ id }) => id === listId) ?? among[0], !isStarred);
  }

  const names = holding?.map(({ name }) => name).join(", ");
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      className={className}
      aria-pressed={isStarred}
      aria-label={`Star ${symbol}`}
      title={isStarred ? (names ? `On ${names}` : "On a watchlist") : "Put on the watchlist"}
      disabled={holding === null || place.isPending}
      onClick={toggle}
    >
      <Star
        className={cn(isStarred ? "fill-warn text-warn" : "text-muted-foreground")}
        strokeWidth={1.75}
        aria-hidden
      />
    </Button>
  );
}
