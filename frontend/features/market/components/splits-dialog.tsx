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
import type { Instrument } from "@/lib/api/contract";
import type { SplitBody } from "@/lib/api/generated";
import { formatNumber, formatPlural } from "@/lib/format";

export function SplitsDialog({
  instrument,
  readOnly,
  onClose,
}: {
  instrument: Instrument;
  readOnly: boolean;
  onClose: () => void;
}) {
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
        {splits.data && readOnly && <SplitsShown splits={splits.data} onClose={onClose} />}
        {splits.data && !readOnly && (
          <SplitsForm instrument={instrument} stored={splits.data} onClose={onClose} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function NoSplit() {
  return <p className="text-[0.8125rem] text-muted-foreground">No split is known.</p>;
}

function SplitsShown({ splits, onClose }: { splits: SplitBody[]; onClose: () => void }) {
  return (
    <>
      {splits.length === 0 && <NoSplit />}
      <ul className="grid gap-1.5 tabular-nums">
        {splits.map((split) => (
          <li key={split.date} className="flex gap-4">
            <span className="text-muted-foreground">{split.date}</span>
            {formatNumber(split.ratio)} for 1
          </li>
        ))}
      </ul>
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Close
        </Button>
      </DialogFooter>
    </>
  );
}

function SplitsForm({
  instrument,
  stored,
  onClose,
}: {
  instrument: Instrument;
  stored: SplitBody[];
  onClose: () => void;
}) {
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
      {drafts.length === 0 && <NoSplit />}
      {drafts.length > 0 && (
        <ul className="grid gap-2">
          {drafts.map((draft, index) => (
            <li key={index} className="flex items-center gap-2">
              <Input
                type="date"
                aria-label={`Date of split ${index + 1}`}
                value={draft.date}
                onChange={(event) => change(index, { date: event.target.value })}
                className="w-40 tabular-nums"
              />
              <Input
                inputMode="decimal"
                aria-label={`New shares for one old, split ${index + 1}`}
                value={draft.ratio}
                onChange={(event) => change(index, { ratio: event.target.value })}
                className="w-20 text-right tabular-nums"
              />
              <span className="text-[0.8125rem] text-muted-foreground">for 1</span>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`Remove split ${index + 1}`}
                onClick={() => setDrafts((all) => all.filter((_, at) => at !== index))}
              >
                <X aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Button
        variant="outline"
        size="sm"
        className="justify-self-start"
        onClick={() => setDrafts((all) => [...all, { date: "", ratio: "2" }])}
      >
        <Plus aria-hidden /> Add a split
      </Button>
      {problem && (
        <p role="alert" className="text-[0.8125rem] text-destructive">
          {problem}
        </p>
      )}
      {save.error && <ErrorNote error={save.error} />}
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" pending={save.isPending}>
          Save
        </Button>
      </DialogFooter>
    </form>
  );
}
