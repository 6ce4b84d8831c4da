"use client";

import { Rewind } from "lucide-react";
import { useState, type FormEvent } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { longInterval, type Interval } from "@/features/chart/intervals";
import { useActiveReplay } from "@/features/replay/active-replay";
import { useCreateReplay } from "@/features/replay/api";
import { proposeStart } from "@/features/replay/replay-texts";
import type { Instrument } from "@/lib/api/contract";

/** Begins a replay of what a chart shows, from a day that one chooses. */
export function ReplayStart({ instrument, interval }: { instrument: Instrument; interval: Interval }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button variant="ghost" size="sm" aria-label="Replay" title="Replay the past bar by bar">
          <Rewind aria-hidden /> <span className="hidden sm:inline">Replay</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-72">
        {isOpen && <StartForm instrument={instrument} interval={interval} onDone={() => setOpen(false)} />}
      </PopoverContent>
    </Popover>
  );
}

function StartForm({
  instrument,
  interval,
  onDone,
}: {
  instrument: Instrument;
  interval: Interval;
  onDone: () => void;
}) {
  const show = useActiveReplay((state) => state.show);
  const create = useCreateReplay();
  const [day, setDay] = useState(() => proposeStart(instrument, interval));
  const first = instrument.first_bar_at?.slice(0, 10);
  const last = instrument.last_bar_at?.slice(0, 10);

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(
      { symbol: instrument.symbol, interval, start: day },
      {
        onSuccess: (replay) => {
          show(replay.id);
          onDone();
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="grid gap-3">
      <p className="text-[0.8125rem] text-muted-foreground">
        Every chart goes back to that day. Bars come in one by one; nothing after it can be seen.
      </p>
      <div className="grid gap-1.5">
        <Label htmlFor="replay-start">Begin on</Label>
        <Input
          id="replay-start"
          type="date"
          required
          value={day}
          min={first}
          max={last}
          onChange={(event) => setDay(event.target.value)}
        />
      </div>
      {create.error && <ErrorNote error={create.error} />}
      <Button type="submit" size="sm" disabled={create.isPending || !day}>
        {create.isPending ? <Spinner label="Going back" /> : `Replay ${longInterval(interval)} bars`}
      </Button>
    </form>
  );
}
