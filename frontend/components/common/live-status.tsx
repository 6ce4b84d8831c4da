"use client";

import { useLiveStatus, type LiveStatus } from "@/lib/live";
import { cn } from "@/lib/cn";

const WORDS: Record<LiveStatus, { label: string; hint: string; dot: string }> = {
  live: { label: "Connected", hint: "What happens on the server is told here at once.", dot: "bg-up" },
  connecting: { label: "Connecting", hint: "The live connection is being opened.", dot: "bg-warn" },
  offline: {
    label: "Reconnecting",
    hint: "Nothing arrives live at the moment. It goes on by itself when the connection is back.",
    dot: "bg-warn",
  },
};

/** A dot and a word: whether the server is heard. How fresh a price is, the price says itself. In a narrow rail the word is for screen readers. */
export function LiveStatusMark({ className, isNarrow }: { className?: string; isNarrow?: boolean }) {
  const { label, hint, dot } = WORDS[useLiveStatus()];
  return (
    <p
      role="status"
      title={hint}
      className={cn("flex items-center gap-2.5 text-2xs text-muted-foreground", className)}
    >
      <span className={cn("size-2 shrink-0 rounded-full", dot)} aria-hidden />
      <span className={cn(isNarrow && "sr-only xl:not-sr-only")}>{label}</span>
    </p>
  );
}
