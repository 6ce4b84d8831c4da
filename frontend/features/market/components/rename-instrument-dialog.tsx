"use client";

import { useState, type FormEvent } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { toast } from "@/components/ui/sonner";
import { useUpdateInstrument } from "@/features/market/api";
import type { Instrument } from "@/lib/api/contract";

export function RenameInstrumentDialog({
  instrument,
  onClose,
}: {
  instrument: Instrument;
  onClose: () => void;
}) {
  const [name, setName] = useState(instrument.name ?? "");
  const update = useUpdateInstrument(instrument.id);
  const isUsable = name.trim().length > 0 && name.trim().length <= 200;

  function save(event: FormEvent) {
    event.preventDefault();
    if (!isUsable) return;
    update.mutate(
      { name: name.trim() },
      {
        onSuccess: () => {
          toast.success(`${instrument.symbol} is now called ${name.trim()}`);
          onClose();
        },
      },
    );
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={save} className="grid gap-4">
          <DialogHeader>
            <DialogTitle>Rename {instrument.symbol}</DialogTitle>
            <DialogDescription>
              The symbol stays; rules and reports know the instrument by it.
            </DialogDescription>
          </DialogHeader>
          <div className="grid gap-1.5">
            <Label htmlFor="instrument-name">Name</Label>
            <Input
              id="instrument-name"
              value={name}
              maxLength={200}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          {update.error && <ErrorNote error={update.error} />}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isUsable} pending={update.isPending}>
              Save
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
