import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { useActiveReplay } from "@/features/replay/active-replay";
import { ReplayBar } from "@/features/replay/components/replay-bar";
import * as api from "@/lib/api/generated";
import { makeQueryClient } from "@/lib/api/query";

vi.mock("@/lib/api/generated");

it("tells the time of the bars on the screen, and keeps the chosen speed over a reload", async () => {
  const replay = { id: "r", status: "paused", interval: "1min", position_at: "2026-11-20T02:00:00Z" };
  vi.mocked(api.readReplay).mockResolvedValue({ data: { ...replay, bars_per_second: null } } as never);
  useActiveReplay.getState().show("r");
  act(() => useActiveReplay.getState().setSpeed(30));
  expect(sessionStorage.getItem("flowrex.replay")).toContain('"speed":30');
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <ReplayBar timeZone="UTC" />
    </QueryClientProvider>,
  );
  const clock = await screen.findByTestId("replay-position");
  expect(clock.textContent).toBe("2026-11-20 02:00");
  act(() => useActiveReplay.getState().paint("2026-11-20T01:54:00Z"));
  expect(clock.textContent).toBe("2026-11-20 01:54");
  expect(screen.getByRole("combobox", { name: "Speed" }).textContent).toBe("30 bars/s");
});
