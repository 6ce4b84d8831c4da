"use client";

import { ArrowDown, ArrowUp, CandlestickChart, FolderInput, MoreHorizontal, X } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { chartHref } from "@/features/market/labels";
import type { Item } from "@/features/watchlists/order";
import type { ListActions } from "@/features/watchlists/use-list-actions";

/** What can be done with a row, for those who do not know the keys. */
export function RowMenu({
  item,
  actions,
  mayMove,
  onGroup,
}: {
  item: Item;
  actions: ListActions;
  /** Only one's own order can be changed, not one by figures. */
  mayMove: boolean;
  onGroup: () => void;
}) {
  const { symbol } = item.instrument;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" className="relative z-10" aria-label={`Actions for ${symbol}`}>
          <MoreHorizontal aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem asChild>
          <Link href={chartHref(symbol)}>
            <CandlestickChart aria-hidden /> Open chart
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem disabled={!mayMove} onSelect={() => actions.move(item, -1)}>
          <ArrowUp aria-hidden /> Move up
          <kbd className="ml-auto pl-4 font-sans text-2xs text-muted-foreground">Alt ↑</kbd>
        </DropdownMenuItem>
        <DropdownMenuItem disabled={!mayMove} onSelect={() => actions.move(item, 1)}>
          <ArrowDown aria-hidden /> Move down
          <kbd className="ml-auto pl-4 font-sans text-2xs text-muted-foreground">Alt ↓</kbd>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={onGroup}>
          <FolderInput aria-hidden /> Set group
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem variant="destructive" onSelect={() => actions.remove(item)}>
          <X aria-hidden /> Remove from list
          <kbd className="ml-auto pl-4 font-sans text-2xs text-muted-foreground">Del</kbd>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
