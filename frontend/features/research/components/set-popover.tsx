"use client";

import { FileChartColumn } from "lucide-react";
import { useRouter } from "next/navigation";
import type { ReactElement } from "react";

import { toneOf } from "@/components/common/figure";
import { ErrorNote } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Popover, PopoverAnchor, PopoverContent } from "@/components/ui/popover";
import { isTinted, METRIC_TEXTS, type MetricName } from "@/features/backtests/metric-texts";
import { useOpenSet } from "@/features/research/api";
import type { ParameterSet } from "@/features/research/contract";
import { describeSet } from "@/features/research/ranges";
import { metricLabel, printMetric } from "@/features/research/texts";
import { cn } from "@/lib/cn";

/** The figures of a set, one under the other. */
export function SetFigures({
  metrics,
  names,
  className,
}: {
  metrics: Readonly<Record<string, number | null | undefined>>;
  names: readonly string[];
  className?: string;
}) {
  return (
    <dl className={cn("grid grid-cols-[1fr_auto] gap-x-4 gap-y-0.5 text-[0.8125rem]", className)}>
      {names.map((name) => {
        const text = METRIC_TEXTS.get(name as MetricName);
        const value = metrics[name];
        return (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{metricLabel(name)}</dt>
            <dd className={cn("text-right tabular-nums", text && isTinted(text) && toneOf(value))}>
              {printMetric(name, value)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Runs a set as a backtest and goes to its report. */
export function OpenSetButton({
  sweepId,
  parameters,
  variant = "default",
  label = "Open as full report",
  className,
}: {
  sweepId: string;
  parameters: ParameterSet;
  variant?: "default" | "outline";
  label?: string;
  className?: string;
}) {
  const router = useRouter();
  const open = useOpenSet(sweepId);
  const isOpening = open.isPending || open.isSuccess;
  return (
    <>
      {open.isError && <ErrorNote error={open.error} className="mb-2" />}
      <Button
        size="sm"
        variant={variant}
        className={className}
        pending={isOpening}
        onClick={() => open.mutate(parameters, { onSuccess: ({ id }) => router.push(`/backtests/${id}`) })}
      >
        {!isOpening && <FileChartColumn aria-hidden />} {label}
      </Button>
    </>
  );
}

type SetDetails = {
  sweepId: string;
  parameters: ParameterSet;
  metrics: Readonly<Record<string, number | null | undefined>>;
  names: readonly string[];
};

/** What a cell or a line stands for: its set, the set's figures, and the way to its report. */
export function SetPopover({
  anchor,
  focusId,
  set,
  note,
  empty = "No set has been computed here yet.",
  onClose,
}: {
  anchor: ReactElement;
  /** Id of what takes the focus back. */
  focusId: string;
  /** null: there is no one set to open. */
  set: SetDetails | null;
  note?: string | null;
  /** Said where there is no set to open. */
  empty?: string;
  onClose: () => void;
}) {
  return (
    <Popover open onOpenChange={(open) => !open && onClose()}>
      <PopoverAnchor asChild>{anchor}</PopoverAnchor>
      <PopoverContent
        className="w-72"
        aria-label={set ? `Set ${describeSet(set.parameters)}` : "Empty cell"}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          document.getElementById(focusId)?.focus({ preventScroll: true });
        }}
      >
        {set ? (
          <>
            <p className="font-semibold tabular-nums">{describeSet(set.parameters)}</p>
            {note && <p className="text-xs text-muted-foreground">{note}</p>}
            <SetFigures metrics={set.metrics} names={set.names} className="my-2.5" />
            <OpenSetButton sweepId={set.sweepId} parameters={set.parameters} className="w-full" />
          </>
        ) : (
          <p className="text-[0.8125rem] text-muted-foreground">{empty}</p>
        )}
      </PopoverContent>
    </Popover>
  );
}

/** The same in the middle of the page, for a row of the table. */
export function SetDialog({
  set,
  note,
  onClose,
}: {
  set: SetDetails | null;
  note?: string | null;
  onClose: () => void;
}) {
  return (
    <Dialog open={set !== null} onOpenChange={(open) => !open && onClose()}>
      {set && (
        <DialogContent className="max-w-sm">
          <DialogTitle className="tabular-nums">{describeSet(set.parameters)}</DialogTitle>
          <DialogDescription>{note ?? "The figures of this set over the whole run."}</DialogDescription>
          <SetFigures metrics={set.metrics} names={set.names} />
          <OpenSetButton sweepId={set.sweepId} parameters={set.parameters} />
        </DialogContent>
      )}
    </Dialog>
  );
}
