import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { WatchlistPanel } from "@/features/watchlists/components/watchlist-panel";
import { WatchlistTable } from "@/features/watchlists/components/watchlist-table";
import type { Quote } from "@/features/watchlists/quote";
import { useQuoteStore } from "@/features/watchlists/quotes";
import type { WatchlistRead } from "@/lib/api/generated";
import * as api from "@/lib/api/generated";
import { ApiProblem } from "@/lib/api/problem";
import { makeQueryClient } from "@/lib/api/query";

const channels = vi.hoisted(() => new Map<string, (data: unknown) => void>());
vi.mock("@/lib/live", () => ({
  useLiveStatus: () => "live",
  useChannel: (channel: string | null, hear: (data: unknown) => void) => {
    if (channel !== null) channels.set(channel, hear);
  },
}));
vi.mock("@/lib/api/generated");

function listOf(...symbols: string[]): WatchlistRead {
  return {
    id: "w",
    name: "Tech",
    revision: 7,
    is_default: false,
    position: 0,
    item_count: symbols.length,
    created_at: "",
    updated_at: "",
    items: symbols.map((symbol) => ({
      group: null,
      instrument: { id: `i-${symbol}`, symbol, name: symbol, last_close: 100, change: 0.01, sparkline: [] },
    })),
  } as unknown as WatchlistRead;
}

const answer = <T,>(data: T) => ({ data }) as never;

function show(node: React.ReactNode) {
  render(<QueryClientProvider client={makeQueryClient()}>{node}</QueryClientProvider>);
}

beforeEach(() => {
  channels.clear();
  vi.resetAllMocks();
  localStorage.clear();
  useQuoteStore.setState({ held: {} });
  const list = listOf("AAPL", "IBM", "MSFT");
  vi.mocked(api.listWatchlists).mockResolvedValue(answer({ items: [list], next_cursor: null }));
  vi.mocked(api.readWatchlist).mockResolvedValue(answer(list));
  vi.mocked(api.listQuotes).mockResolvedValue(answer({ items: [] }));
});

describe("the panel beside the chart", () => {
  it("lets the chart follow the arrow keys, once they rest", async () => {
    const onChoose = vi.fn();
    show(<WatchlistPanel symbol="AAPL" onChoose={onChoose} />);
    const row = await screen.findByRole("button", { name: /AAPL/ });
    expect(row.getAttribute("aria-current")).toBe("true");
    row.focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: /MSFT/ }));
    await vi.waitFor(() => expect(onChoose.mock.calls).toEqual([["MSFT"]]));
    await userEvent.keyboard("{ArrowDown}{ArrowUp}");
    await vi.waitFor(() => expect(onChoose.mock.lastCall).toEqual(["IBM"]));
  });

  it("shows a price as it arrives, with what it is worth", async () => {
    show(<WatchlistPanel symbol={null} onChoose={() => {}} />);
    await screen.findByRole("button", { name: /AAPL/ });
    const quote = { instrument_id: "i-AAPL", price: 123.45, at: "2026-12-01T15:00:00Z", state: "simulated" };
    act(() => channels.get("quotes:i-AAPL")!({ ...quote, change_percent: 0.1, change: 10 } as Quote));
    const row = within(screen.getByRole("button", { name: /AAPL/ }));
    expect(row.getByText("123.45")).toBeTruthy();
    expect(row.getByText(/^simulated/)).toBeTruthy();
  });

  it("stays closed once it was", async () => {
    show(<WatchlistPanel symbol={null} onChoose={() => {}} />);
    await userEvent.click(await screen.findByRole("button", { name: "Hide the watchlist" }));
    expect(screen.getByRole("button", { name: "Show the watchlist" })).toBeTruthy();
    expect(localStorage.getItem("flowrex.watchlist-panel")).toContain('"isOpen":false');
  });
});

describe("the table of a list", () => {
  const order = () => vi.mocked(api.replaceWatchlistItems).mock.calls.map(([call]) => call.body);
  const link = (name: string) => screen.getByRole("link", { name });

  it("is walked by arrows with one stop for Tab", () => {
    show(<WatchlistTable list={listOf("AAPL", "IBM")} />);
    expect([link("AAPL").tabIndex, link("IBM").tabIndex]).toEqual([0, -1]);
    link("AAPL").focus();
    fireEvent.keyDown(link("AAPL"), { key: "ArrowDown" });
    expect(document.activeElement).toBe(link("IBM"));
    expect([link("AAPL").tabIndex, link("IBM").tabIndex]).toEqual([-1, 0]);
  });

  it("moves a row by Alt and an arrow, and again on what another window left", async () => {
    vi.mocked(api.replaceWatchlistItems)
      .mockRejectedValueOnce(new ApiProblem({ status: 409, code: "watchlist_changed" }))
      .mockResolvedValueOnce(answer(listOf("IBM", "AAPL", "NEW")));
    vi.mocked(api.readWatchlist).mockResolvedValue(answer({ ...listOf("AAPL", "IBM", "NEW"), revision: 9 }));
    show(<WatchlistTable list={{ ...listOf("AAPL", "IBM"), revision: 8 }} />);
    link("AAPL").focus();
    fireEvent.keyDown(link("AAPL"), { key: "ArrowDown", altKey: true });
    await vi.waitFor(() => expect(order()).toHaveLength(2));
    expect(order()[1]).toEqual({
      revision: 9,
      items: ["IBM", "AAPL", "NEW"].map((symbol) => ({ instrument_id: `i-${symbol}`, group: null })),
    });
  });

  it("removes a row by Delete", async () => {
    show(<WatchlistTable list={listOf("AAPL", "IBM")} />);
    link("AAPL").focus();
    fireEvent.keyDown(link("AAPL"), { key: "Delete" });
    await vi.waitFor(() =>
      expect(vi.mocked(api.removeWatchlistItem).mock.calls[0]?.[0].path).toEqual({
        watchlist_id: "w",
        instrument_id: "i-AAPL",
      }),
    );
  });

  it("sorts by a column and says so", async () => {
    show(<WatchlistTable list={listOf("IBM", "AAPL")} />);
    const names = () => screen.getAllByRole("link").map((one) => one.textContent);
    expect(names()).toEqual(["IBM", "AAPL"]);
    await userEvent.click(screen.getByRole("button", { name: "Symbol" }));
    expect(names()).toEqual(["AAPL", "IBM"]);
    expect(screen.getByRole("columnheader", { name: "Symbol" }).getAttribute("aria-sort")).toBe("ascending");
  });
});
