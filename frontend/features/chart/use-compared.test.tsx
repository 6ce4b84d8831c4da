import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";

import { useCompared } from "@/features/chart/use-compared";
import * as api from "@/lib/api/generated";
import { makeQueryClient } from "@/lib/api/query";

vi.mock("@/lib/api/generated");

it("asks for no bars of a compared symbol that has none in the interval", async () => {
  const items = [{ symbol: "AAPL", intervals: ["1day"], scope: "shared" }];
  vi.mocked(api.listInstruments).mockResolvedValue({ data: { items } } as never);
  const queries = makeQueryClient();
  const bars = { time: [60], open: [1], high: [1], low: [1], close: [1], volume: [null] };
  const symbols = ["AAPL"];
  const { result } = renderHook(() => useCompared(symbols, "1min", "splits", bars), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    ),
  });
  await vi.waitFor(() => expect(result.current[0]).toMatchObject({ isPending: false, isEmpty: true }));
  expect(api.readBars).not.toHaveBeenCalled();
});
