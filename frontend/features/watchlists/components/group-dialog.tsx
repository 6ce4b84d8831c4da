"use client";

import { useState, type FormEvent } from "react";

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
import type { Item } from "@/features/watchlists/order";

export type Grouped = { kind: "item"; item: Item } | { kind: "group"; group: string };

const MOST_CHARS = 60;

/** Names the heading of one instrument, or renames a heading. An empty name is none. */
export function GroupDialog({
  grouped,
  groups,
  onClose,
  onSave,
}: {
  grouped: Grouped;
  groups: readonly string[];
  onClose: () => void;
  onSave: (group: string | null) => void;
}) {
  const before = grouped.kind === "item" ? (grouped.item.group ?? "") : grouped.group;
  const [name, setName] = useState(before);

  function save(event: FormEvent) {
    event.preventDefault();
    onSave(name.trim() || null);
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={save} className="grid gap-4">
          <DialogHeader>
            <DialogTitle>
              {grouped.kind === "item" ? `Group of ${grouped.item.instrument.symbol}` : `Rename ${before}`}
            </DialogTitle>
            <DialogDescription>
              A group is a heading inside the list. Leave the name empty for no group.
            </DialogDescription>
          </DialogHeader>
          <div className="grid gap-1.5">
            <Label htmlFor="group-name">Group</Label>
            <Input
              id="group-name"
              list="group-names"
              value={name}
              maxLength={MOST_CHARS}
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
            <datalist id="group-names">
              {groups.map((group) => (
                <option key={group} value={group} />
              ))}
            </datalist>
          </div>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Save</Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
