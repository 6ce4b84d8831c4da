"use client";

import { useId, useState, type FormEvent } from "react";

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

const LONGEST_NAME = 120;

/** Asks for a strategy's name, to save it or to rename it. */
export function NameDialog({
  isOpen,
  onClose,
  title,
  description,
  submitLabel,
  initial,
  isPending,
  error,
  onSubmit,
}: {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description: string;
  submitLabel: string;
  initial: string;
  isPending: boolean;
  error: unknown;
  onSubmit: (name: string) => void;
}) {
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{title}</DialogTitle>
          <DialogDescription>{description}</DialogDescription>
        </DialogHeader>
        <NameForm
          initial={initial}
          isPending={isPending}
          error={error}
          submitLabel={submitLabel}
          onCancel={onClose}
          onSubmit={onSubmit}
        />
      </DialogContent>
    </Dialog>
  );
}

function NameForm({
  initial,
  isPending,
  error,
  submitLabel,
  onCancel,
  onSubmit,
}: {
  initial: string;
  isPending: boolean;
  error: unknown;
  submitLabel: string;
  onCancel: () => void;
  onSubmit: (name: string) => void;
}) {
  const id = useId();
  const [name, setName] = useState(initial);
  const [isTried, setTried] = useState(false);
  const isMissing = name.trim() === "";

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isMissing && !isPending) onSubmit(name.trim());
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor={id}>Name</Label>
        <Input
          id={id}
          value={name}
          maxLength={LONGEST_NAME}
          autoFocus
          aria-invalid={(isTried && isMissing) || undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => setName(event.target.value)}
        />
        <p id={`${id}-note`} className="text-xs text-muted-foreground">
          {isTried && isMissing ? (
            <span className="text-destructive">Give it a name.</span>
          ) : (
            "Names need not be unique."
          )}
        </p>
      </div>
      {error != null && <ErrorNote error={error} />}
      <DialogFooter>
        <Button variant="outline" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" pending={isPending}>
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}
