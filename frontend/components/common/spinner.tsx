import { LoaderCircle } from "lucide-react";

import { Progress } from "@/components/ui/progress";
import { cn } from "@/lib/cn";

export function Spinner({ label = "Loading", className }: { label?: string; className?: string }) {
  return (
    <span
      role="status"
      className={cn("inline-flex items-center gap-2 text-[0.8125rem] text-muted-foreground", className)}
    >
      <LoaderCircle className="size-4 animate-spin" aria-hidden />
      {label}
    </span>
  );
}

/** A named step with its bar; `value` 0 to 1, null while unknown. */
export function ProgressLine({
  label,
  value,
  note,
  className,
}: {
  label: string;
  value: number | null;
  note?: string;
  className?: string;
}) {
  return (
    <div className={cn("grid gap-1.5", className)} role="status">
      <div className="flex items-baseline justify-between gap-3 text-[0.8125rem]">
        <span>{label}</span>
        <span className="text-muted-foreground tabular-nums">
          {note ?? (value === null ? "" : `${Math.round(value * 100)}%`)}
        </span>
      </div>
      <Progress value={value} aria-label={label} />
    </div>
  );
}
