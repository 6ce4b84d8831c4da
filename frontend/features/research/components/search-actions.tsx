"use client";

import {
  Ban,
  Download,
  EllipsisVertical,
  Footprints,
  Grid3x3,
  Pause,
  Play,
  RotateCw,
  Trash2,
} from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/sonner";
import {
  fetchResultsFile,
  useCancelWalkForward,
  useDeleteSearch,
  useSteerSweep,
  type SweepAction,
} from "@/features/research/api";
import type { Sweep, WalkForward } from "@/features/research/contract";
import { sweepPathOfRule } from "@/features/research/paths";
import { isOver } from "@/features/research/progress";
import { wantedMetrics } from "@/features/research/texts";
import { formatPlural } from "@/lib/format";
import { saveAs } from "@/lib/save-as";

const DEEDS: Record<SweepAction, string> = {
  pause: "It could not be paused.",
  resume: "It could not be resumed.",
  cancel: "It could not be cancelled.",
};

/** What can be done with a sweep. */
export function SweepActions({ sweep }: { sweep: Sweep }) {
  const router = useRouter();
  const steer = useSteerSweep(sweep.id);
  const remove = useDeleteSearch("sweeps");
  const [asking, setAsking] = useState<"cancel" | "delete" | null>(null);
  const [isFetching, setFetching] = useState(false);
  const pending = steer.isPending ? steer.variables : null;
  const canSteer = !isOver(sweep.status);
  const act = (action: SweepAction) =>
    steer.mutate(action, {
      onSuccess: () => setAsking(null),
      onError: (error) => toast.error(`${DEEDS[action]} ${error.message}`),
    });

  async function download() {
    setFetching(true);
    try {
      const file = await fetchResultsFile(sweep.id, wantedMetrics(sweep.objective));
      saveAs(file, `sweep-${sweep.symbol}-${sweep.created_at.slice(0, 10)}.csv`.toLowerCase());
    } catch (error) {
      toast.error(`The file could not be fetched. ${error instanceof Error ? error.message : ""}`.trim());
    } finally {
      setFetching(false);
    }
  }

  return (
    <div className="flex flex-wrap items-center gap-2">
      {canSteer &&
        (sweep.status === "paused" ? (
          <Button size="sm" pending={pending === "resume"} onClick={() => act("resume")}>
            {pending !== "resume" && <Play aria-hidden />} Resume
          </Button>
        ) : (
          <Button variant="outline" size="sm" pending={pending === "pause"} onClick={() => act("pause")}>
            {pending !== "pause" && <Pause aria-hidden />} Pause
          </Button>
        ))}
      {canSteer && (
        <Button variant="outline" size="sm" onClick={() => setAsking("cancel")}>
          <Ban aria-hidden /> Cancel
        </Button>
      )}
      {sweep.status === "succeeded" && (
        <Button asChild variant="outline" size="sm">
          <Link href={`/research/walk-forwards/new?sweep=${sweep.id}`}>
            <Footprints aria-hidden /> Walk it forward
          </Link>
        </Button>
      )}
      {isOver(sweep.status) && (
        <Button asChild variant="outline" size="sm">
          <Link href={`/research/sweeps/new?sweep=${sweep.id}`}>
            <RotateCw aria-hidden /> Sweep again
          </Link>
        </Button>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label="More about this sweep" pending={isFetching}>
            {!isFetching && <EllipsisVertical aria-hidden />}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem disabled={sweep.sets_done === 0} onSelect={() => void download()}>
            <Download aria-hidden /> All sets as CSV
          </DropdownMenuItem>
          <DropdownMenuItem
            variant="destructive"
            disabled={!isOver(sweep.status)}
            onSelect={() => setAsking("delete")}
          >
            <Trash2 aria-hidden /> Delete
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog
        isOpen={asking === "cancel"}
        onClose={() => setAsking(null)}
        title="Cancel this sweep?"
        description={`${formatPlural(sweep.sets_done, "set")} stay and can be looked at; the rest will not be computed. To go on later, pause it instead.`}
        confirmLabel="Cancel the sweep"
        cancelLabel="Keep it running"
        isPending={pending === "cancel"}
        error={steer.error}
        onConfirm={() => act("cancel")}
      />
      <ConfirmDialog
        isOpen={asking === "delete"}
        onClose={() => setAsking(null)}
        title="Delete this sweep?"
        description={`All ${formatPlural(sweep.sets_done, "set")} will be gone. Reports that were opened from it stay, and so does the rule.`}
        confirmLabel="Delete sweep"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(sweep.id, {
            onSuccess: () => {
              toast.success("The sweep is deleted.");
              router.replace("/research");
            },
          })
        }
      />
    </div>
  );
}

/** What can be done with a walk-forward. */
export function WalkForwardActions({ run }: { run: WalkForward }) {
  const router = useRouter();
  const cancel = useCancelWalkForward(run.id);
  const remove = useDeleteSearch("walk-forwards");
  const [asking, setAsking] = useState<"cancel" | "delete" | null>(null);
  const isStopping = run.cancel_requested && !isOver(run.status);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        variant="outline"
        size="sm"
        onClick={() => {
          const rule = run.strategy_id ? { strategyId: run.strategy_id } : { source: run.source };
          router.push(`${sweepPathOfRule(rule)}&symbol=${run.symbol}&interval=${run.interval}`);
        }}
      >
        <Grid3x3 aria-hidden /> Sweep this rule
      </Button>
      {isOver(run.status) ? (
        <Button variant="outline" size="sm" onClick={() => setAsking("delete")}>
          <Trash2 aria-hidden /> Delete
        </Button>
      ) : (
        <Button variant="outline" size="sm" pending={isStopping} onClick={() => setAsking("cancel")}>
          {!isStopping && <Ban aria-hidden />} {isStopping ? "Stopping" : "Cancel"}
        </Button>
      )}
      <ConfirmDialog
        isOpen={asking === "cancel"}
        onClose={() => setAsking(null)}
        title="Cancel this walk-forward?"
        description="Its windows are judged together at the end, so what is done so far will be gone."
        confirmLabel="Cancel the walk-forward"
        cancelLabel="Keep it running"
        isPending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate(undefined, { onSuccess: () => setAsking(null) })}
      />
      <ConfirmDialog
        isOpen={asking === "delete"}
        onClose={() => setAsking(null)}
        title="Delete this walk-forward?"
        description="Its windows and curves will be gone. The rule stays."
        confirmLabel="Delete walk-forward"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(run.id, {
            onSuccess: () => {
              toast.success("The walk-forward is deleted.");
              router.replace("/research");
            },
          })
        }
      />
    </div>
  );
}
