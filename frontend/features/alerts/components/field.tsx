import type { ReactNode } from "react";

import { Label } from "@/components/ui/label";

/** A field by its name, and what is wrong with it. */
export function Field({
  label,
  id,
  isOptional = false,
  error = null,
  children,
}: {
  label: string;
  id: string;
  isOptional?: boolean;
  error?: string | null;
  children: ReactNode;
}) {
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>
        {label} {isOptional && <span className="font-normal text-muted-foreground">optional</span>}
      </Label>
      {children}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-[0.8125rem] text-destructive">
          {error}
        </p>
      )}
    </div>
  );
}
