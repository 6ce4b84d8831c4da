"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";
import { formatNumber } from "@/lib/format";

interface Health {
  status: "healthy" | "degraded" | "unhealthy";
  version: string;
  checks: Record<string, { status: string; latency_ms: number | null }>;
}

const PARTS: Record<string, string> = {
  database: "Database",
  credentials_database: "Credentials database",
  redis: "Redis",
};

/** Versions, and whether the parts behind the API answer. */
export function About() {
  const health = useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }) => {
      // 503 carries the same shape: it says which part is away.
      const answer = await http.get<Health>(`${API_BASE}/health`, {
        signal,
        validateStatus: (status) => status === 200 || status === 503,
      });
      return answer.data;
    },
    refetchInterval: 15_000,
  });
  return (
    <div className="grid gap-4 text-[0.8125rem]">
      <dl className="grid grid-cols-[10rem_minmax(0,1fr)] gap-y-1">
        <dt className="text-muted-foreground">Web client</dt>
        <dd className="tabular-nums">{process.env.NEXT_PUBLIC_APP_VERSION}</dd>
        <dt className="text-muted-foreground">Server</dt>
        <dd className="tabular-nums">{health.data?.version ?? "…"}</dd>
        {Object.entries(health.data?.checks ?? {}).map(([name, check]) => (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{PARTS[name] ?? name}</dt>
            <dd className="flex items-center gap-1.5">
              {check.status === "healthy" ? (
                <CircleCheck className="size-3.5 text-up" aria-hidden />
              ) : (
                <CircleX className="size-3.5 text-down" aria-hidden />
              )}
              {check.status}
              {check.latency_ms !== null && (
                <span className="text-muted-foreground tabular-nums">
                  {formatNumber(check.latency_ms, { digits: 1 })} ms
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {health.isPending && <Spinner label="Asking the server" />}
      {health.error && !health.data && <ErrorNote error={health.error} />}
      <p className="text-muted-foreground">
        Flowrex runs on this installation alone. It gives no investment advice and sends no order to a real
        market. Charts by TradingView Lightweight Charts™.
      </p>
    </div>
  );
}
