import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { MOST_HELD_SETS, useSweepResults } from "@/features/research/api";
import type { Sweep } from "@/features/research/contract";
import { readSweepResults } from "@/lib/api/generated";

vi.mock("@/lib/api/generated", async (original) => ({
  ...(await original<object>()),
  readSweepResults: vi.fn(),
}));

const sweep = {
  id: "s",
  sets: 5,
  status: "running",
  created_at: new Date().toISOString(),
} as Sweep;

/** Sets 1 to 5, of which the server has finished so many when it is asked for the nth time. */
function serve(finished: number[]) {
  let asked = 0;
  vi.mocked(readSweepResults).mockImplementation((async ({ query }: { query: { after: number } }) => {
    const done = finished[Math.min(asked, finished.length - 1)]!;
    asked += 1;
    const sets = [1, 2, 3, 4, 5].slice(query.after, done);
    return {
      data: {
        sequence: done,
        complete: done === 5,
        sets,
        parameters: { n: sets },
        metrics: { sharpe: sets },
      },
    };
  }) as never);
}

function show(of: Sweep) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook(() => useSweepResults(of, ["sharpe"]), { wrapper });
}

beforeEach(() => {
  vi.mocked(readSweepResults).mockReset();
});

describe("the sets of a sweep that runs", () => {
  it("arrive each once, from where the last answer ended, until the sweep is whole", async () => {
    serve([2, 2, 5]);
    const { result } = show(sweep);
    await waitFor(() => expect(result.current.data?.count).toBe(2));
    await waitFor(() => expect(result.current.data?.isComplete).toBe(true), { timeout: 4_000 });
    expect([...result.current.data!.parameters.n!]).toEqual([1, 2, 3, 4, 5]);
    const asked = vi.mocked(readSweepResults).mock.calls.map(([options]) => options.query?.after);
    expect(asked).toEqual([...asked].sort((a, b) => a! - b!));
    const calls = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(vi.mocked(readSweepResults)).toHaveBeenCalledTimes(calls);
  });

  it("are asked for to the end although the sweep is known to be over", async () => {
    serve([2, 2, 5]);
    const { result } = show({ ...sweep, status: "succeeded" });
    await waitFor(() => expect(result.current.data?.isComplete).toBe(true), { timeout: 6_000 });
    expect(result.current.data?.count).toBe(5);
  });

  it("are not fetched when there are more than the page can hold", async () => {
    serve([5]);
    const { result } = show({ ...sweep, sets: MOST_HELD_SETS + 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readSweepResults).not.toHaveBeenCalled();
    expect(result.current.data).toBeUndefined();
  });
});
