import { CircleCheck, OctagonX, TriangleAlert, type LucideIcon } from "lucide-react";

import type { VerdictLevel } from "@/lib/api/contract";
import { cn } from "@/lib/cn";

interface Look {
  icon: LucideIcon;
  tone: string;
  box: string;
  /** Of a whole run. */
  run: string;
  /** Of one check. */
  check: string;
}

const LOOKS: Record<VerdictLevel, Look> = {
  green: { icon: CircleCheck, tone: "text-up", box: "bg-up/12", run: "Believable", check: "Passed" },
  amber: {
    icon: TriangleAlert,
    tone: "text-warn",
    box: "bg-warn/12",
    run: "Believe with care",
    check: "Careful",
  },
  red: { icon: OctagonX, tone: "text-down", box: "bg-down/12", run: "Not believable", check: "Failed" },
};

export function verdictLook(level: VerdictLevel): Look {
  return LOOKS[level];
}

/** Whether an answer can be believed: icon and word, and colour only beside them. */
export function VerdictBadge({
  level,
  of = "run",
  size = "default",
  className,
}: {
  level: VerdictLevel;
  of?: "run" | "check";
  size?: "default" | "lg";
  className?: string;
}) {
  const look = LOOKS[level];
  const Icon = look.icon;
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 rounded-sm font-medium whitespace-nowrap",
        look.tone,
        look.box,
        size === "lg" ? "px-2.5 py-1 text-sm" : "px-1.5 py-0.5 text-xs",
        className,
      )}
    >
      <Icon className={size === "lg" ? "size-4.5" : "size-3.5"} aria-hidden />
      {look[of]}
    </span>
  );
}
