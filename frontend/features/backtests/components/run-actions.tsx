"use client";

import { EllipsisVertical, Grid3x3, PencilLine, RotateCw, Trash2, Undo2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "@/components/ui/sonner";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useDeleteRun, useStartRun } from "@/features/backtests/api";
import { ExportMenu } from "@/features/backtests/components/export-menu";
import { ShareDialog } from "@/features/backtests/components/share-dialog";
import { isOver } from "@/features/backtests/polling";
import { requestTerms } from "@/features/backtests/run-terms";
import { sweepPathOfRun } from "@/features/research/paths";
import type { BacktestCreate, RunRead } from "@/lib/api/generated";

/** The request that asks for the same run again. A deleted strategy lives on in the run's own text. */
export function requestOfRun(run: RunRead): BacktestCreate {
  const rule =
    run.strategy_id && run.strategy_version
      ? { strategy_id: run.strategy_id, version: run.strategy_version }
      : { source: run.source };
  return {
    ...rule,
    ...requestTerms(run),
    parameters: run.parameters,
  };
}

/** Where the rule of a run is edited: in its strategy, else as a new rule with its text. */
export function editPath(run: RunRead): string {
  return `/strategies/${run.strategy_id ?? "new"}?run=${run.id}`;
}

export function EditRuleButton({
  run,
  variant = "outline",
}: {
  run: RunRead;
  variant?: "outline" | "default";
}) {
  return (
    <Button asChild variant={variant} size="sm">
      <Link href={editPath(run)}>
        <PencilLine aria-hidden /> Edit rule
      </Link>
    </Button>
  );
}

export function RunAgainButton({
  run,
  variant = "outline",
}: {
  run: RunRead;
  variant?: "outline" | "default";
}) {
  const router = useRouter();
  const start = useStartRun();
  return (
    <Button
      variant={variant}
      size="sm"
      pending={start.isPending || start.isSuccess}
      onClick={() =>
        start.mutate(requestOfRun(run), {
          onSuccess: (answer) => router.push(`/backtests/${answer.id}`),
          onError: (error) => toast.error(`It could not be run again. ${error.message}`),
        })
      }
    >
      {!(start.isPending || start.isSuccess) && <RotateCw aria-hidden />} Run again
    </Button>
  );
}

/** What can be done with a run. */
export function RunActions({ run }: { run: RunRead }) {
  const router = useRouter();
  const remove = useDeleteRun();
  const [isAsking, setAsking] = useState(false);
  const hasReport = run.status === "succeeded";
  return (
    <div className="flex flex-wrap items-center gap-2 print:hidden">
      {hasReport && (
        <>
          <EditRuleButton run={run} />
          <RunAgainButton run={run} />
          <ExportMenu run={run} />
          <ShareDialog runId={run.id} />
        </>
      )}
      {isOver(run.status) && (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="icon-sm" aria-label="More about this run">
              <EllipsisVertical aria-hidden />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            {run.sweep_id && (
              <DropdownMenuItem asChild>
                <Link href={`/research/sweeps/${run.sweep_id}`}>
                  <Undo2 aria-hidden /> Back to its sweep
                </Link>
              </DropdownMenuItem>
            )}
            {Object.keys(run.parameters).length > 0 && (
              <DropdownMenuItem asChild>
                <Link href={sweepPathOfRun(run.id)}>
                  <Grid3x3 aria-hidden /> Sweep this rule
                </Link>
              </DropdownMenuItem>
            )}
            <DropdownMenuItem variant="destructive" onSelect={() => setAsking(true)}>
              <Trash2 aria-hidden /> Delete
            </DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Delete this run?"
        description="Its report, trades and equity will be gone. The rule stays, and the run can be made again."
        confirmLabel="Delete run"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(run.id, {
            onSuccess: () => {
              toast.success("The run is deleted.");
              router.replace("/backtests");
            },
          })
        }
      />
    </div>
  );
}
