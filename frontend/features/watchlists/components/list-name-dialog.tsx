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

const MOST_CHARS = 80;

/** Asks for the name of a list, a new one's or another one for it. */
export function ListNameDialog({
  title,
  before = "",
  isPending,
  error,
  onClose,
  onSave,
}: {
  title: string;
  before?: string;
  isPending: boolean;
  error: unknown;
  onClose: () => void;
  onSave: (name: string) => void;
}) {
  const [name, setName] = useState(before);
  const isUsable = name.trim().length > 0;

  function save(event: FormEvent) {
    event.preventDefault();
    if (isUsable) onSave(name.trim());
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={save} className="grid gap-4">
          <DialogHeader>
            <DialogTitle>{title}</DialogTitle>
            <DialogDescription>Only you see your lists.</DialogDescription>
          </DialogHeader>
          <div className="grid gap-1.5">
            <Label htmlFor="list-name">Name</Label>
            <Input
              id="list-name"
              value={name}
              maxLength={MOST_CHARS}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          {error != null && <ErrorNote error={error} />}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isUsable} pending={isPending}>
              Save
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
