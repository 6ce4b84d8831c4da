"use client";

import { toast } from "@/components/ui/sonner";
import type { WatchlistRead } from "@/lib/api/generated";
import { useOrderItems, useRemoveItem, useRestoreItem, type OrderChange } from "@/features/watchlists/api";
import { flatten, moveItem, toSections, type Item } from "@/features/watchlists/order";

/** What rows of a list can do, each with its toast. */
export interface ListActions {
  move: (item: Item, step: -1 | 1) => void;
  change: (change: OrderChange) => void;
  remove: (item: Item) => void;
}

export function useListActions(list: WatchlistRead): ListActions {
  const order = useOrderItems(list.id);
  const remove = useRemoveItem(list.id);
  const restore = useRestoreItem(list.id);
  const failed = (what: string) => (error: Error) => void toast.error(what, { description: error.message });

  return {
    move: (item, step) =>
      order.mutate((items) => moveItem(items, item.instrument.id, step), {
        onError: failed("The order could not be saved"),
      }),
    change: (change) => order.mutate(change, { onError: failed("The list could not be saved") }),
    remove: (item) => {
      const { symbol, id } = item.instrument;
      const shown = flatten(toSections(list.items)).map((it) => it.instrument.id);
      const followers = shown.slice(shown.indexOf(id) + 1);
      remove.mutate(id, {
        onError: failed(`${symbol} could not be removed`),
      });
      toast(`${symbol} left ${list.name}`, {
        action: {
          label: "Undo",
          onClick: () =>
            restore.mutate({ item, followers }, { onError: failed(`${symbol} could not be put back`) }),
        },
      });
    },
  };
}
