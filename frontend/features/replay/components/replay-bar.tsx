"use client";

import { Pause, Play, SkipBack, SkipForward, X } from "lucide-react";
import { useEffect, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { toast } from "@/components/ui/sonner";
import { useActiveReplay } from "@/features/replay/active-replay";
import { SPEEDS, useDeleteReplay, useMoveReplay, useReplay } from "@/features/replay/api";
import { describePosition } from "@/features/replay/replay-texts";
import { ApiProblem } from "@/lib/api/problem";
import type { ReplayRead } from "@/lib/api/generated";

/** The bar that moves the replay of this tab; nothing while there is none. */
export function ReplayBar({ timeZone }: { timeZone: string }) {
  const { replayId, show } = useActiveReplay();
  const replay = useReplay(replayId);
  const isGone = replay.error instanceof ApiProblem && replay.error.status === 404;
  useEffect(() => {
    if (isGone) show(null);
  }, [isGone, show]);
  if (replayId === null || isGone) return null;
  return (
    <section
      aria-label="Replay"
      className="relative flex items-center gap-2 rounded-lg border border-warn/40 bg-card px-2 py-1.5 max-sm:gap-1 max-sm:overflow-x-auto max-sm:pr-0 sm:flex-wrap max-sm:[&>*]:shrink-0"
    >
      <span className="px-1 text-xs font-medium text-warn max-sm:sr-only">Replay</span>
      {replay.data ? (
        <Controls key={replayId} replay={replay.data} timeZone={timeZone} />
      ) : replay.error ? (
        <ErrorNote error={replay.error} />
      ) : (
        <Spinner label="Loading the replay" className="text-xs" />
      )}
      <LeaveButton replayId={replayId} onLeave={() => show(null)} />
    </section>
  );
}

function Controls({ replay, timeZone }: { replay: ReplayRead; timeZone: string }) {
  const { mutate } = useMoveReplay(replay.id);
  const { speed, setSpeed, paintedAt } = useActiveReplay();
  const isPlaying = replay.status === "playing";
  const isEnded = replay.status === "ended";

  function act(how: Parameters<typeof mutate>[0]) {
    mutate(how, { onError: (error) => toast.error(error.message) });
  }
  const toggle = () => act(isPlaying ? { kind: "pause" } : { kind: "play", barsPerSecond: speed });

  useEffect(() => {
    function press(event: KeyboardEvent) {
      const target = event.target as HTMLElement | null;
      const isTaken = target?.closest(
        "input, textarea, select, button, a, [role=dialog], [contenteditable=true]",
      );
      if (isTaken || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " ") toggle();
      else if (event.shiftKey && event.key === "ArrowRight") act({ kind: "step", bars: 1 });
      else if (event.shiftKey && event.key === "ArrowLeft") act({ kind: "step", bars: -1 });
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });

  return (
    <>
      <div className="flex items-center">
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="One bar back"
          title="One bar back (Shift ←)"
          onClick={() => act({ kind: "step", bars: -1 })}
        >
          <SkipBack aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={isPlaying ? "Pause" : "Play"}
          title={isPlaying ? "Pause (Space)" : "Play (Space)"}
          disabled={isEnded}
          onClick={toggle}
        >
          {isPlaying ? <Pause aria-hidden /> : <Play aria-hidden />}
        </Button>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="One bar on"
          title="One bar on (Shift →)"
          disabled={isEnded}
          onClick={() => act({ kind: "step", bars: 1 })}
        >
          <SkipForward aria-hidden />
        </Button>
      </div>
      <Select
        value={String(isPlaying ? (replay.bars_per_second ?? speed) : speed)}
        onValueChange={(value) => {
          setSpeed(Number(value));
          if (isPlaying) act({ kind: "play", barsPerSecond: Number(value) });
        }}
      >
        <SelectTrigger className="h-8 w-26 sm:w-32" aria-label="Speed">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          {SPEEDS.map((value) => (
            <SelectItem key={value} value={String(value)}>
              {value} bars/s
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      <output
        className="text-[0.8125rem] tabular-nums max-sm:text-xs"
        aria-live="off"
        data-testid="replay-position"
      >
        {describePosition(paintedAt ?? replay.position_at, replay.interval, timeZone)}
      </output>
      {isEnded && <span className="text-xs text-muted-foreground">The last stored bar is here.</span>}
      <GoTo onGo={(day) => act({ kind: "seek", to: day })} />
    </>
  );
}

function GoTo({ onGo }: { onGo: (day: string) => void }) {
  const [day, setDay] = useState("");
  return (
    <form
      className="flex items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (day) onGo(day);
      }}
    >
      <Input
        type="date"
        className="h-8 w-36"
        aria-label="Go to a day"
        value={day}
        max={new Date().toISOString().slice(0, 10)}
        onChange={(event) => setDay(event.target.value)}
      />
      <Button type="submit" variant="ghost" size="sm" disabled={!day}>
        Go
      </Button>
    </form>
  );
}

function LeaveButton({ replayId, onLeave }: { replayId: string; onLeave: () => void }) {
  const remove = useDeleteReplay();
  return (
    <Button
      variant="ghost"
      size="sm"
      className="ml-auto max-sm:sticky max-sm:right-0 max-sm:bg-card"
      title="Back to the present"
      onClick={() => {
        // What is left behind is a row that says where it stood; the present does not wait for it to go.
        remove.mutate(replayId);
        onLeave();
      }}
    >
      <X aria-hidden /> <span className="max-sm:sr-only">Back to the present</span>
    </Button>
  );
}
