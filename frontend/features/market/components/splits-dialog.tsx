"use client";

import { Plus, X } from "lucide-react";
import { useState, type FormEvent } from "react";

import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
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
import { toast } from "@/components/ui/sonner";
import { useSaveSplits, useSplits } from "@/features/market/api";
import { readSplits, type SplitDraft } from "@/features/market/splits";
import type { Instrument, Split } from "@/lib/api/contract";
import { formatPlural } from "@/lib/format";

interface Props {
  instrument: Instrument;
  readOnly: boolean;
  onClose: () => void;
}

export function SplitsDialog({ instrument, readOnly, onClose }: Props) {
  const splits = useSplits(instrument.id);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Splits of {instrument.symbol}</DialogTitle>
          <DialogDescription>
            From this date on there are so many new shares for one old: 2 for a 2-for-1 split. Bars are stored
            as they traded; splits are applied on reading.
          </DialogDescription>
        </DialogHeader>
        {splits.isPending && <Spinner />}
        {splits.error && (
          <ErrorState error={splits.error} onRetry={() => void splits.refetch()} className="py-4" />
        )}
        {splits.data && (
          <SplitsForm instrument={instrument} stored={splits.data} readOnly={readOnly} onClose={onClose} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function SplitsForm({ instrument, stored, readOnly, onClose }: Props & { stored: Split[] }) {
  const [drafts, setDrafts] = useState<SplitDraft[]>(() =>
    stored.map(({ date, ratio }) => ({ date, ratio: String(ratio) })),
  );
  const [problem, setProblem] = useState<string | null>(null);
  const save = useSaveSplits(instrument.id);

  function change(index: number, part: Partial<SplitDraft>) {
    setDrafts((all) => all.map((draft, at) => (at === index ? { ...draft, ...part } : draft)));
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const read = readSplits(drafts);
    setProblem("problem" in read ? read.problem : null);
    if ("problem" in read) return;
    save.mutate(read.splits, {
      onSuccess: () => {
        toast.success(`${instrument.symbol} has ${formatPlural(read.splits.length, "split")}`);
        onClose();
      },
    });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      {drafts.length === 0 && <p className="text-[0.8125rem] text-muted-foreground">No split is known.</p>}
      {drafts.length > 0 && (
        <ul className="grid gap-2">
          {drafts.map((draft, index) => (
            <li key={index} className="flex items-center gap-2">
              <Input
                type="date"
                aria-label={`Date of split ${index + 1}`}
                value={draft.date}
                readOnly={readOnly}
                onChange={(event) => change(index, { date: event.target.value })}
                className="w-40 tabular-nums"
              />
              <Input
                inputMode="decimal"
                aria-label={`New shares for one old, split ${index + 1}`}
                value={draft.ratio}
                readOnly={readOnly}
                onChange={(event) => change(index, { ratio: event.target.value })}
                className="w-20 text-right tabular-nums"
              />
              <span className="text-[0.8125rem] text-muted-foreground">for 1</span>
              {!readOnly && (
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Remove split ${index + 1}`}
                  onClick={() => setDrafts((all) => all.filter((_, at) => at !== index))}
                >
                  <X aria-hidden />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && (
        <Button
          variant="outline"
          size="sm"
          className="justify-self-start"
          onClick={() => setDrafts((all) => [...all, { date: "", ratio: "2" }])}
        >
          <Plus aria-hidden /> Add a split
        </Button>
      )}
      {problem && (
        <p role="alert" className="text-[0.8125rem] text-destructive">
          {problem}
        </p>
      )}
      {save.error && <ErrorNote error={save.error} />}
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          {readOnly ? "Close" : "Cancel"}
        </Button>
        {!readOnly && (
          <Button type="submit" pending={save.isPending}>
            Save
          </Button>
        )}
      </DialogFooter>
    </form>
  );
}
