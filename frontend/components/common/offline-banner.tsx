"use client";

import { CloudOff } from "lucide-react";

import { useReachable } from "@/lib/api/reachability";

export function OfflineBanner() {
  const reachable = useReachable();
  return (
    <div role="status">
      {!reachable && (
        <p className="flex items-center justify-center gap-2 bg-warn/15 px-4 py-1.5 text-center text-[0.8125rem] text-warn">
          <CloudOff className="size-4 shrink-0" aria-hidden />
          Flowrex does not answer. What you see may be old; this page goes on by itself when it is back.
        </p>
      )}
    </div>
  );
}
