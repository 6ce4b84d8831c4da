import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import type { Tone } from "@/features/research/texts";
import { cn } from "@/lib/cn";

const LOOKS = {
  good: { icon: CircleCheck, tone: "text-up" },
  careful: { icon: TriangleAlert, tone: "text-warn" },
  bad: { icon: OctagonX, tone: "text-down" },
} as const;

/** A finding with what to make of it: icon and words, colour only beside them. */
export function ToneNote({
  tone,
  headline,
  children,
  className,
}: {
  tone: Tone;
  headline: string;
  children: ReactNode;
  className?: string;
}) {
  const { icon: Icon, tone: colour } = LOOKS[tone];
  return (
    <div className={cn("flex gap-2.5", className)}>
      <Icon className={cn("mt-0.5 size-5 shrink-0", colour)} strokeWidth={1.75} aria-hidden />
      <div className="min-w-0">
        <p className="font-semibold">{headline}</p>
        <p className="text-[0.8125rem] leading-5 text-muted-foreground">{children}</p>
      </div>
    </div>
  );
}
