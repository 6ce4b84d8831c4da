import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

/** What a list shows when it is empty: that it is, and what to do next. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
  heading: Heading = "h2",
  className,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** "h1" where it is all the page has. */
  heading?: "h1" | "h2";
  className?: string;
}) {
  return (
    <div className={cn("flex flex-col items-center gap-2 px-6 py-12 text-center", className)}>
      <Icon className="size-6 text-muted-foreground" strokeWidth={1.5} aria-hidden />
      <Heading className="text-sm font-semibold">{title}</Heading>
      {children && <div className="max-w-md text-[0.8125rem] text-muted-foreground">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
