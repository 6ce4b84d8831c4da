"use client";

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";

import { ApiProblem } from "@/lib/api/problem";
import { watchReachability } from "@/lib/api/reachability";
import { getSessionStatus, resumeSession } from "@/lib/api/session";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiProblem;
  }
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache(),
    mutationCache: new MutationCache(),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // An answer of the server is an answer; only a missing one is asked for again.
        retry: (count, error) => error instanceof ApiProblem && error.isUnreachable && count < 2,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  useEffect(() => {
    void resumeSession();
    return watchReachability((reachable) => {
      if (!reachable) return;
      if (getSessionStatus() === "unreachable") void resumeSession();
      void client.invalidateQueries();
    });
  }, [client]);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
