"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, type ReactNode } from "react";

import { ErrorState } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { ApiProblem, UNREACHABLE } from "@/lib/api/problem";
import { reportUnreachable } from "@/lib/api/reachability";
import { resumeSession, useSessionStatus } from "@/lib/api/session";

/**
 * Sends those who are not signed in to the sign-in page. It spares them pages that could only show
 * errors; what somebody may see is decided by the API alone.
 */
export function AuthGuard({ children }: { children: ReactNode }) {
  const status = useSessionStatus();
  const router = useRouter();
  const pathname = usePathname();
  const search = useSearchParams().toString();

  useEffect(() => {
    if (status === "signed_out") {
      const here = search ? `${pathname}?${search}` : pathname;
      router.replace(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`);
    }
    if (status === "unreachable") reportUnreachable();
  }, [status, router, pathname, search]);

  if (status === "signed_in") return <>{children}</>;
  if (status === "unreachable") {
    return (
      <ErrorState heading="h1" error={new ApiProblem(UNREACHABLE)} onRetry={() => void resumeSession()} />
    );
  }
  return (
    <div className="flex justify-center py-24">
      <Spinner label={status === "signed_out" ? "Going to the sign-in page" : "Opening your workspace"} />
    </div>
  );
}
