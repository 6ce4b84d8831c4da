"use client";

import { Download, EllipsisVertical, PencilLine, Printer, RotateCw, Trash2 } from "lucide-react";
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
import { fetchDownload, useDeleteRun, useStartRun, type RunDownload } from "@/features/backtests/api";
import { usePrint } from "@/features/backtests/use-print";
import { isOver } from "@/features/backtests/polling";
import type { BacktestCreate, RunRead } from "@/lib/api/generated";

/** The request that asks for the same run again. A deleted strategy lives on in the run's own text. */
export function requestOfRun(run: RunRead): BacktestCreate {
  const rule =
    run.strategy_id && run.strategy_version
      ? { strategy_id: run.strategy_id, version: run.strategy_version }
      : { source: run.source };
  return {
    ...rule,
    symbol: run.symbol,
    interval: run.interval,
    start: run.start,
    end: run.end,
    parameters: run.parameters,
    initial_cash: run.initial_cash,
    commission_bps: run.commission_bps,
    commission_fixed: run.commission_fixed,
    slippage_bps: run.slippage_bps,
    whole_units: run.whole_units,
    close_at_end: run.close_at_end,
    adjust: run.adjust,
  };
}

/** Where the rule of a run is edited: in its strategy, else as a new rule with its text. */
export function editPath(run: RunRead): string {
  return `/strategies/${run.strategy_id ?? "new"}?run=${run.id}`;
}

const FILES: { file: RunDownload; label: string }[] = [
  { file: "trades.csv", label: "Trades as CSV" },
  { file: "equity.csv", label: "Equity as CSV" },
  { file: "report.json", label: "Whole report as JSON" },
];

function saveAs(blob: Blob, name: string) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address a moment after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function fileName(run: RunRead, file: RunDownload): string {
  const name = `${run.strategy_name ?? "rule"} ${run.symbol} ${run.interval} ${run.created_at.slice(0, 10)}`;
  return `${name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "")}-${file}`;
}

function DownloadMenu({ run }: { run: RunRead }) {
  const [pending, setPending] = useState<RunDownload | null>(null);
  async function download(file: RunDownload) {
    setPending(file);
    try {
      saveAs(await fetchDownload(run, file), fileName(run, file));
    } catch (error) {
      toast.error(`The file could not be fetched. ${error instanceof Error ? error.message : ""}`.trim());
    } finally {
      setPending(null);
    }
  }
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline" size="sm" pending={pending !== null}>
          {pending === null && <Download aria-hidden />} Download
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {FILES.map(({ file, label }) => (
          <DropdownMenuItem key={file} onSelect={() => void download(file)}>
            {label}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
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
  const print = usePrint();
  const [isAsking, setAsking] = useState(false);
  const hasReport = run.status === "succeeded";
  return (
    <div className="flex flex-wrap items-center gap-2 print:hidden">
      {hasReport && (
        <>
          <EditRuleButton run={run} />
          <RunAgainButton run={run} />
          <DownloadMenu run={run} />
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
            {hasReport && (
              <DropdownMenuItem onSelect={print}>
                <Printer aria-hidden /> Print
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
