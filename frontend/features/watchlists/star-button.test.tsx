import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { StarButton } from "@/features/watchlists/components/star-button";
import { keepPanel } from "@/features/watchlists/panel-memory";
import * as api from "@/lib/api/generated";
import { makeQueryClient } from "@/lib/api/query";

vi.mock("@/lib/api/generated");
vi.mock("@/components/ui/sonner", () => ({ toast: vi.fn() }));

const answer = (data: unknown) => ({ data }) as never;
const lists: Record<string, string[]> = { w: [], tech: ["coin"] };

async function star(symbol: string) {
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <StarButton instrumentId={symbol} symbol={symbol} />
    </QueryClientProvider>,
  );
  const button = screen.getByRole("button", { name: `Star ${symbol}` });
  await vi.waitFor(() => expect(button).toHaveProperty("disabled", false));
  return button;
}

beforeEach(() => {
  vi.resetAllMocks();
  localStorage.clear();
  const items = Object.keys(lists).map((id) => ({ id, name: id }));
  vi.mocked(api.listWatchlists).mockResolvedValue(answer({ items }));
  vi.mocked(api.readWatchlist).mockImplementation((({ path }: { path: { watchlist_id: string } }) => {
    const id = path.watchlist_id;
    return Promise.resolve({
      data: { id, name: id, items: lists[id]!.map((one) => ({ instrument: { id: one } })) },
    });
  }) as never);
});

it("is filled for what is on any list, and takes it off there", async () => {
  const button = await star("coin");
  expect(button.getAttribute("aria-pressed")).toBe("true");
  await userEvent.click(button);
  expect(vi.mocked(api.removeWatchlistItem).mock.calls[0]?.[0].path).toEqual({
    watchlist_id: "tech",
    instrument_id: "coin",
  });
});

it("puts on the list that is open beside the chart", async () => {
  keepPanel({ isOpen: true, listId: "tech" });
  const button = await star("ibm");
  expect(button.getAttribute("aria-pressed")).toBe("false");
  await userEvent.click(button);
  expect(vi.mocked(api.addWatchlistItem).mock.calls[0]?.[0].path).toEqual({ watchlist_id: "tech" });
  expect(api.addStar).not.toHaveBeenCalled();
});
