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
import { suggestSymbol } from "@/features/feeds/history-choice";
import { SYMBOL } from "@/features/market/labels";
import type { SymbolRead } from "@/lib/api/generated";
import { toApiProblem } from "@/lib/api/problem";

/** The symbol is taken by something that comes from elsewhere: this one may be called otherwise here. */
export function AddUnderDialog({
  found,
  error,
  isPending,
  onAdd,
  onClose,
}: {
  found: SymbolRead;
  error: unknown;
  isPending: boolean;
  onAdd: (symbol: string) => void;
  onClose: () => void;
}) {
  const [symbol, setSymbol] = useState(() => suggestSymbol(found));
  const written = symbol.trim().toUpperCase();
  const isUsable = SYMBOL.test(written);

  function save(event: FormEvent) {
    event.preventDefault();
    if (isUsable && !isPending) onAdd(written);
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={save} className="grid gap-4">
          <DialogHeader>
            <DialogTitle>{found.symbol} is taken here</DialogTitle>
            <DialogDescription>
              {toApiProblem(error).message} Bars of two sources are never mixed.
            </DialogDescription>
          </DialogHeader>
          <div className="grid gap-1.5">
            <Label htmlFor="symbol-here">Its symbol here</Label>
            <Input
              id="symbol-here"
              value={symbol}
              maxLength={32}
              autoComplete="off"
              aria-invalid={!isUsable}
              onChange={(event) => setSymbol(event.target.value)}
            />
            {!isUsable && (
              <p role="alert" className="text-xs text-destructive">
                Letters, digits and . _ / ^ - only, beginning with a letter or digit.
              </p>
            )}
          </div>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isUsable} pending={isPending}>
              Add it
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
