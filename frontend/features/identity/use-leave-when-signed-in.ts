"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { useEffect } from "react";

import { safeNextPath, useSessionStatus } from "@/lib/api/session";

/** Leaves the sign-in pages as soon as there is a session, for the page that was asked for. */
export function useLeaveWhenSignedIn() {
  const status = useSessionStatus();
  const router = useRouter();
  const next = safeNextPath(useSearchParams().get("next"));
  useEffect(() => {
    if (status === "signed_in") router.replace(next);
  }, [status, router, next]);
  return { leaving: status === "signed_in", next };
}
