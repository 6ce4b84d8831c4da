import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import * as api from "@/lib/api/generated";
import { makeQueryClient } from "@/lib/api/query";

vi.mock("@/lib/api/generated");

it("leaves out what is shown, gives reasons for what cannot be had, and closes on a choice", async () => {
  const items = ["COIN", "AAPL", "STOCK"].map((symbol) => ({
    id: symbol,
    symbol,
    name: symbol.toLowerCase(),
  }));
  vi.mocked(api.listInstruments).mockResolvedValue({ data: { items } } as never);
  const onChoose = vi.fn();
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <SymbolSwitcher
        symbol={null}
        onChoose={onChoose}
        omit={["COIN"]}
        whyNot={({ symbol }) => (symbol === "AAPL" ? "daily only" : null)}
      />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("button"));
  const names = (await screen.findAllByRole("option")).map((one) => one.textContent);
  expect(names.map((name) => name?.slice(0, 4))).toEqual(["AAPL", "STOC"]);
  expect(names[0]).toContain("daily only");
  await userEvent.click(screen.getByRole("option", { name: /AAPL/ }));
  expect(onChoose).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("option", { name: /STOCK/ }));
  expect(onChoose.mock.calls).toEqual([["STOCK"]]);
  expect(screen.queryByRole("option")).toBeNull();
});
