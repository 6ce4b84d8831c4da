import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

export const fieldClasses =
  "w-full min-w-0 rounded-md border border-input bg-card text-sm dark:bg-background text-foreground placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-destructive";

export function Input({ className, type, ...props }: ComponentProps<"input">) {
  return <input type={type} className={cn(fieldClasses, "h-9 px-3 py-1", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(fieldClasses, "min-h-20 px-3 py-2", className)} {...props} />;
}
