"use client";

import { useId, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { useVersionDiff } from "@/features/strategies/api";
import type { DiffLineRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatPlural } from "@/lib/format";

const LOOKS: Record<DiffLineRead["kind"], { sign: string; name: string; className: string }> = {
  same: { sign: " ", name: "", className: "" },
  added: { sign: "+", name: "added", className: "bg-up/12" },
  removed: { sign: "−", name: "removed", className: "bg-down/12" },
};

/** Lines of a rule with what was added and removed; signs say it as well as colours do. */
export function DiffLines({ lines }: { lines: readonly DiffLineRead[] }) {
  return (
    <div
      role="region"
      aria-label="What changed"
      tabIndex={0}
      className="focus-inset max-h-[55dvh] overflow-auto rounded-md bg-muted/60 py-2 font-mono text-xs leading-5"
    >
      <table className="w-full border-collapse">
        <tbody>
          {lines.map((line, i) => {
            const look = LOOKS[line.kind];
            return (
              <tr key={i} className={look.className}>
                <td className="w-8 pr-1.5 text-right text-muted-foreground tabular-nums select-none">
                  {line.old_line}
                </td>
                <td className="w-8 pr-1.5 text-right text-muted-foreground tabular-nums select-none">
                  {line.new_line}
                </td>
                <td className="w-5 text-center">
                  <span aria-hidden>{look.sign}</span>
                  {look.name && <span className="sr-only">{look.name}</span>}
                </td>
                <td className={cn("pr-3 whitespace-pre", line.kind === "removed" && "text-muted-foreground")}>
                  {line.text || " "}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function VersionSelect({
  label,
  value,
  latest,
  onChange,
}: {
  label: string;
  value: number;
  latest: number;
  onChange: (version: number) => void;
}) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Select value={String(value)} onValueChange={(next) => onChange(Number(next))}>
        <SelectTrigger id={id} className="w-36">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          {Array.from({ length: latest }, (_, i) => latest - i).map((version) => (
            <SelectItem key={version} value={String(version)}>
              Version {version}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
    </div>
  );
}

/** What differs between two saved versions of a rule. */
export function VersionDiffDialog({
  strategyId,
  first,
  latest,
  onClose,
}: {
  strategyId: string;
  /** The older side to begin with. */
  first: number;
  latest: number;
  onClose: () => void;
}) {
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(latest);
  const diff = useVersionDiff(strategyId, from, to);
  const count = (kind: DiffLineRead["kind"]) => diff.data?.filter((line) => line.kind === kind).length ?? 0;
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent className="max-w-3xl">
        <DialogHeader>
          <DialogTitle>Compare versions</DialogTitle>
          <DialogDescription>Line by line, from the one to the other.</DialogDescription>
        </DialogHeader>
        <div className="flex flex-wrap items-end gap-3">
          <VersionSelect label="From" value={from} latest={latest} onChange={setFrom} />
          <VersionSelect label="To" value={to} latest={latest} onChange={setTo} />
          {diff.data && (
            <p className="pb-2 text-[0.8125rem] text-muted-foreground" role="status">
              {count("added") + count("removed") === 0
                ? "Both texts are the same."
                : `${formatPlural(count("added"), "line")} added, ${formatPlural(count("removed"), "line")} removed.`}
            </p>
          )}
        </div>
        {diff.isError ? (
          <ErrorNote error={diff.error} />
        ) : diff.data ? (
          <DiffLines lines={diff.data} />
        ) : (
          <Spinner label="Comparing" />
        )}
      </DialogContent>
    </Dialog>
  );
}
