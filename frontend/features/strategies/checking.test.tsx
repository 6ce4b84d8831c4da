import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CHECK_DELAY_MS, useRuleCheck } from "@/features/strategies/api";
import { parameterValues } from "@/features/strategies/components/parameter-form";
import { http } from "@/lib/api/http";

type Call = { source: string; signal: AbortSignal; answer: (ok: boolean) => void };

/** The checker's side of the wire: keeps what was asked until the test answers. */
function listen(): Call[] {
  const calls: Call[] = [];
  http.defaults.adapter = (config) =>
    new Promise((resolve, reject) => {
      const signal = config.signal as AbortSignal;
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      calls.push({
        source: (JSON.parse(config.data as string) as { source: string }).source,
        signal,
        answer: (ok) =>
          resolve({
            data: { ok, errors: [], parameters: [], outputs: [], lookback: 0 },
            status: 200,
            statusText: "OK",
            headers: { "content-type": "application/json" },
            config,
          }),
      });
    });
  return calls;
}

describe("a rule that is being typed", () => {
  const adapter = http.defaults.adapter;
  beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => {
    vi.useRealTimers();
    http.defaults.adapter = adapter;
  });

  function type(first: string) {
    const client = new QueryClient();
    const wrapper = ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    );
    return renderHook(({ source }) => useRuleCheck(source), { wrapper, initialProps: { source: first } });
  }
  const rest = () => act(() => vi.advanceTimersByTime(CHECK_DELAY_MS));

  it("is checked when the typing rests, not at every key", async () => {
    const calls = listen();
    const { rerender } = type("a");
    await waitFor(() => expect(calls).toHaveLength(1));
    for (const source of ["a =", "a = 1", "a = 12"]) rerender({ source });
    expect(calls).toHaveLength(1);
    await rest();
    await waitFor(() => expect(calls.map((call) => call.source)).toEqual(["a", "a = 12"]));
  });

  it("forgets an answer that is no longer wanted, and says when the answer is for the text as it stands", async () => {
    const calls = listen();
    const { rerender, result } = type("a");
    await waitFor(() => expect(calls).toHaveLength(1));
    rerender({ source: "b" });
    await rest();
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls[0]!.signal.aborted).toBe(true);
    expect(result.current.isFresh).toBe(false);
    await act(async () => calls[1]!.answer(true));
    await waitFor(() => expect(result.current.isFresh).toBe(true));
    rerender({ source: "c" });
    expect(result.current.isFresh).toBe(false);
    expect(result.current.data?.ok).toBe(true);
  });
});

describe("parameter values of a run", () => {
  const parameters = [
    { name: "fast", default: 10, min: 5, max: 50, step: 1 },
    { name: "slow", default: 30, min: 20, max: 200, step: 1 },
  ];

  it("are the defaults, or what was set and still fits", () => {
    expect(parameterValues(parameters, {})).toEqual({ fast: 10, slow: 30 });
    expect(parameterValues(parameters, { fast: 5, slow: 10, gone: 3 })).toEqual({ fast: 5, slow: 30 });
  });
});
