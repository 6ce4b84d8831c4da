"use client";

import { ErrorNote } from "@/components/common/error-state";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/sonner";
import { useDeleteInstrument } from "@/features/market/api";
import type { Instrument } from "@/lib/api/contract";

export function DeleteInstrumentDialog({
  instrument,
  onClose,
}: {
  instrument: Pick<Instrument, "id" | "symbol">;
  onClose: () => void;
}) {
  const remove = useDeleteInstrument(instrument.id);
  return (
    <AlertDialog open onOpenChange={(open) => !open && onClose()}>
      <AlertDialogContent>
        <div className="grid gap-1">
          <AlertDialogTitle>Delete {instrument.symbol} and its bars?</AlertDialogTitle>
          <AlertDialogDescription>
            All its bars and splits go, in every interval, and cannot be brought back from here. Reports made
            on them stay.
          </AlertDialogDescription>
        </div>
        {remove.error && <ErrorNote error={remove.error} />}
        <AlertDialogFooter>
          <AlertDialogCancel>Keep it</AlertDialogCancel>
          <Button
            variant="destructive"
            pending={remove.isPending}
            onClick={() =>
              remove.mutate(undefined, {
                onSuccess: () => {
                  toast.success(`${instrument.symbol} is deleted`);
                  onClose();
                },
              })
            }
          >
            Delete {instrument.symbol}
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  );
}
