"use client";

import { ArrowLeft, ArrowRight, MoreHorizontal, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/sonner";
import type { WatchlistSummaryRead } from "@/lib/api/generated";
import { useDeleteWatchlist, useUpdateWatchlist } from "@/features/watchlists/api";
import { ListNameDialog } from "@/features/watchlists/components/list-name-dialog";
import { formatPlural } from "@/lib/format";

/** Rename, move and delete a whole list. */
export function ListActions({
  list,
  place,
  count,
  onDeleted,
}: {
  list: WatchlistSummaryRead;
  /** Of the list among all of one's own, from 0. */
  place: number;
  count: number;
  onDeleted: () => void;
}) {
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const update = useUpdateWatchlist(list.id);
  const remove = useDeleteWatchlist(list.id);
  const close = () => setOpen(null);
  const move = (position: number) =>
    update.mutate(
      { position },
      { onError: (error) => toast.error("The list could not be moved", { description: error.message }) },
    );
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={`Actions for the list ${list.name}`}>
            <MoreHorizontal aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onSelect={() => setOpen("rename")}>
            <Pencil aria-hidden /> Rename
          </DropdownMenuItem>
          <DropdownMenuItem disabled={place <= 0} onSelect={() => move(place - 1)}>
            <ArrowLeft aria-hidden /> Move left
          </DropdownMenuItem>
          <DropdownMenuItem disabled={place >= count - 1} onSelect={() => move(place + 1)}>
            <ArrowRight aria-hidden /> Move right
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem variant="destructive" onSelect={() => setOpen("delete")}>
            <Trash2 aria-hidden /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {open === "rename" && (
        <ListNameDialog
          title={`Rename ${list.name}`}
          before={list.name}
          isPending={update.isPending}
          error={update.error}
          onClose={close}
          onSave={(name) => update.mutate({ name }, { onSuccess: close })}
        />
      )}
      <ConfirmDialog
        isOpen={open === "delete"}
        onClose={close}
        title={`Delete ${list.name}?`}
        description={`The list with its ${formatPlural(list.item_count, "instrument")} goes; the instruments and their bars stay.`}
        confirmLabel="Delete list"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              close();
              toast(`${list.name} is deleted`);
              onDeleted();
            },
          })
        }
      />
    </>
  );
}
