"use client";

import { FileUp } from "lucide-react";
import { useId, useState, type DragEvent, type ReactNode } from "react";

import { cn } from "@/lib/cn";

/** A zone to drop one file on, which is also a plain file field for keyboard and reader. */
export function FileDrop({
  label,
  hint,
  accept,
  disabled,
  onFile,
  className,
}: {
  label: string;
  hint?: ReactNode;
  accept?: string;
  disabled?: boolean;
  onFile: (file: File) => void;
  className?: string;
}) {
  const id = useId();
  const [over, setOver] = useState(false);

  function drag(event: DragEvent, entered: boolean) {
    event.preventDefault();
    if (!disabled) setOver(entered);
  }

  return (
    <label
      htmlFor={id}
      onDragEnter={(event) => drag(event, true)}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        const file = event.dataTransfer.files[0];
        if (file && !disabled) onFile(file);
      }}
      className={cn(
        "flex cursor-pointer flex-col items-center justify-center gap-1.5 rounded-lg border border-dashed border-input px-6 py-10 text-center transition-colors hover:bg-accent/50 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
        over && "border-primary bg-primary/8",
        disabled && "cursor-not-allowed opacity-50",
        className,
      )}
    >
      <FileUp className="size-6 text-muted-foreground" strokeWidth={1.5} aria-hidden />
      <span className="text-sm font-medium">{label}</span>
      {hint && <span className="max-w-sm text-xs text-muted-foreground">{hint}</span>}
      <input
        id={id}
        type="file"
        className="sr-only"
        accept={accept}
        disabled={disabled}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          event.target.value = ""; // the same file can be chosen again
        }}
      />
    </label>
  );
}
