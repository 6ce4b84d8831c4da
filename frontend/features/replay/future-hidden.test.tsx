import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { AlertToasts } from "@/features/alerts/components/alert-bell";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { useActiveReplay } from "@/features/replay/active-replay";
import { WatchlistPanel } from "@/features/watchlists/components/watchlist-panel";
import * as api from "@/lib/api/generated";
import { makeQueryClient } from "@/lib/api/query";

const live = vi.hoisted(() => ({ hear: null as unknown as (data: unknown) => void }));
const toast = vi.hoisted(() => vi.fn());
vi.mock("@/components/ui/sonner", () => ({ toast }));
vi.mock("next/navigation", () => ({ useRouter: () => ({}), usePathname: () => "/chart" }));
vi.mock("@/lib/live", () => ({
  useLiveStatus: () => "live",
  useChannel: (channel: string | null, hear: (data: unknown) => void) => {
    if (channel === "alerts") live.hear = hear;
  },
}));
vi.mock("@/lib/api/generated");

const IBM = {
  id: "i",
  symbol: "IBM",
  name: "Machines",
  last_close: 202.91,
  change: 0.01,
  sparkline: [1, 2],
  last_bar_at: "2013-03-01T00:00:00Z",
};
const LIST = { id: "w", name: "Tech", item_count: 1, items: [{ group: null, instrument: IBM }] };
const answer = (data: unknown) => ({ data }) as never;

function show(node: React.ReactNode) {
  render(<QueryClientProvider client={makeQueryClient()}>{node}</QueryClientProvider>);
}

beforeEach(() => {
  vi.resetAllMocks();
  vi.mocked(api.listWatchlists).mockResolvedValue(answer({ items: [LIST] }));
  vi.mocked(api.readWatchlist).mockResolvedValue(answer(LIST));
  vi.mocked(api.listQuotes).mockResolvedValue(answer({ items: [] }));
  vi.mocked(api.listInstruments).mockResolvedValue(answer({ items: [IBM], next_cursor: null }));
  useActiveReplay.getState().show("r");
});
afterEach(() => useActiveReplay.getState().show(null));

it("hides the list's figures while a replay is on, and shows them when it is over", async () => {
  show(<WatchlistPanel symbol="IBM" onChoose={() => {}} />);
  await screen.findByRole("button", { name: /IBM/ });
  expect(screen.getByText(/hidden during the replay/)).toBeTruthy();
  expect(screen.queryByText(/202\.91|2013/)).toBeNull();
  act(() => useActiveReplay.getState().show(null));
  expect(screen.getByText("202.91")).toBeTruthy();
});

it("shows no price in the search for a symbol", async () => {
  show(<SymbolSwitcher symbol={null} onChoose={() => {}} />);
  await userEvent.click(screen.getByRole("button"));
  await screen.findByText("Machines");
  expect(screen.queryByText("202.91")).toBeNull();
});

it("holds the notices of alerts; the log has them", () => {
  show(<AlertToasts />);
  const firing = { id: "f", symbol: "IBM", alert_name: "High", words: "close > 1", price: 202.91 };
  act(() => live.hear(firing));
  expect(toast).not.toHaveBeenCalled();
  act(() => useActiveReplay.getState().show(null));
  act(() => live.hear(firing));
  expect(toast).toHaveBeenCalledTimes(1);
});
