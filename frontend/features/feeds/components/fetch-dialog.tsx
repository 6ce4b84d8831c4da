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
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { toast } from "@/components/ui/sonner";
import { useProviders, useStartBackfill } from "@/features/feeds/api";
import { findUsualStretch, readStretch } from "@/features/feeds/stretch";
import { INTERVAL_ORDER, INTERVALS } from "@/features/market/labels";
import type { Interval } from "@/lib/api/contract";
import type { InstrumentCoverage } from "@/lib/api/generated";
import { formatDate } from "@/lib/format";

/** Fetches a stretch of bars: what lacks of it or, again, all of it. */
export function FetchDialog({
  instrument,
  isAgain,
  onClose,
}: {
  instrument: InstrumentCoverage;
  isAgain: boolean;
  onClose: () => void;
}) {
  const today = formatDate(new Date());
  const { data: providers } = useProviders();
  const offered = providers?.find((one) => one.name === instrument.provider?.name)?.intervals ?? [];
  const known = instrument.series.map((series) => series.interval);
  const choices = INTERVAL_ORDER.filter((one) => offered.includes(one) || known.includes(one));
  const [interval, setInterval] = useState<Interval>(known[0] ?? "1day");
  const usual = (of: Interval) =>
    findUsualStretch(instrument.series.find((series) => series.interval === of) ?? null, of, isAgain, today);
  const [stretch, setStretch] = useState(() => usual(known[0] ?? "1day"));
  const [problem, setProblem] = useState<string | null>(null);
  const start = useStartBackfill(instrument.id);

  function save(event: FormEvent) {
    event.preventDefault();
    const read = readStretch(stretch, today);
    setProblem("problem" in read ? read.problem : null);
    if ("problem" in read || start.isPending) return;
    start.mutate(
      { interval, ...read, again: isAgain },
      {
        onSuccess: () => {
          toast.success(`${INTERVALS[interval]} bars of ${instrument.symbol} are on their way`);
          onClose();
        },
      },
    );
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <form onSubmit={save} className="grid gap-4" noValidate>
          <DialogHeader>
            <DialogTitle>
              {isAgain ? `Fetch ${instrument.symbol} again` : `Fetch more history of ${instrument.symbol}`}
            </DialogTitle>
            <DialogDescription>
              {isAgain
                ? "All of this stretch is asked for once more, what is stored too. Where the provider says otherwise now, its newest answer wins."
                : "Only what lacks of this stretch is asked for, the newest first."}
            </DialogDescription>
          </DialogHeader>
          <div className="grid gap-1.5">
            <Label htmlFor="fetch-interval">Interval</Label>
            <Select
              value={interval}
              onValueChange={(next) => {
                setInterval(next as Interval);
                setStretch(usual(next as Interval));
              }}
            >
              <SelectTrigger id="fetch-interval">
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                {choices.map((one) => (
                  <SelectItem key={one} value={one}>
                    {INTERVALS[one]}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
          </div>
          <div className="grid grid-cols-2 gap-3">
            <div className="grid gap-1.5">
              <Label htmlFor="fetch-from">From</Label>
              <Input
                id="fetch-from"
                type="date"
                value={stretch.from}
                max={today}
                onChange={(event) => setStretch({ ...stretch, from: event.target.value })}
              />
            </div>
            <div className="grid gap-1.5">
              <Label htmlFor="fetch-to">To and including</Label>
              <Input
                id="fetch-to"
                type="date"
                value={stretch.to}
                max={today}
                onChange={(event) => setStretch({ ...stretch, to: event.target.value })}
              />
            </div>
          </div>
          {problem && (
            <p role="alert" className="text-[0.8125rem] text-destructive">
              {problem}
            </p>
          )}
          {start.error && <ErrorNote error={start.error} />}
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={start.isPending}>
              {isAgain ? "Fetch it again" : "Fetch it"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
