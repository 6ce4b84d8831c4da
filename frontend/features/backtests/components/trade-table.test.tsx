import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { TradeTable } from "@/features/backtests/components/trade-table";
import type { Trade } from "@/features/backtests/trades";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 1000;
const trade = (number: number, change: Partial<Trade>): Trade => ({
  number,
  symbol: "AAPL",
  side: "long",
  quantity: 10,
  entryTime: day("2012-01-02") + number * 86_400,
  entryPrice: 20,
  exitTime: day("2012-03-01") - number * 86_400,
  exitPrice: 21,
  exitReason: "signal",
  pnl: 10,
  return: 0.05,
  commission: 1,
  slippage: 0.5,
  financing: 0.25,
  bars: 5,
  mae: -0.01,
  mfe: 0.06,
  ...change,
});
const trades = [
  trade(1, { return: 0.05, pnl: 10 }),
  trade(2, { return: -0.2, pnl: -40, exitReason: "stop_loss" }),
  trade(3, { return: 0.1, pnl: 20, exitTime: null, exitPrice: null, exitReason: null }),
];

function show(chosen: number | null = null) {
  const choose = vi.fn();
  render(<TradeTable trades={trades} timeZone={null} currency="USD" chosen={chosen} onChoose={choose} />);
  const rows = () =>
    within(screen.getByRole("region", { name: "Trades" }))
      .getAllByRole("row")
      .slice(1);
  const numbers = () => rows().map((row) => within(row).getAllByRole("cell")[0]!.textContent);
  const sortBy = (name: string) => userEvent.click(screen.getByRole("button", { name }));
  return { choose, rows, numbers, sortBy };
}

describe("the table of trades", () => {
  it("stands in the order of entries and sorts by any column, both ways", async () => {
    const { numbers, sortBy } = show();
    expect(numbers()).toEqual(["1", "2", "3"]);
    await sortBy("Return");
    expect(numbers()).toEqual(["2", "1", "3"]);
    expect(screen.getByRole("columnheader", { name: "Return" }).getAttribute("aria-sort")).toBe("ascending");
    await sortBy("Return");
    expect(numbers()).toEqual(["3", "1", "2"]);
    await sortBy("Why it ended");
    expect(numbers()).toEqual(["3", "1", "2"]);
  });

  it("puts a trade that is still open after all exits", async () => {
    const { numbers, sortBy } = show();
    await sortBy("Exit");
    expect(numbers()).toEqual(["2", "1", "3"]);
    await sortBy("Exit price");
    expect(numbers().at(-1)).toBe("3");
  });

  it("signs gains and losses", () => {
    const { rows } = show();
    expect(rows()[0]!.textContent).toContain("+5.0%");
    expect(rows()[1]!.textContent).toContain("−20.0%");
    expect(rows()[1]!.textContent).toContain("−40.00");
    expect(rows()[2]!.textContent).toContain("Open");
  });

  it("hands a row over by click and by key, and marks the chosen one", async () => {
    const { choose, rows } = show(2);
    expect(rows().map((row) => row.getAttribute("aria-selected"))).toEqual(["false", "true", "false"]);
    await userEvent.click(rows()[2]!);
    expect(choose).toHaveBeenLastCalledWith(trades[2]);
    rows()[0]!.focus();
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(choose).toHaveBeenLastCalledWith(trades[1]);
    expect(screen.getByText("Trade 2 is shown in the chart.")).toBeTruthy();
  });

  it("says what to do when the rule never traded", () => {
    render(<TradeTable trades={[]} timeZone={null} currency={null} chosen={null} onChoose={() => {}} />);
    expect(screen.getByText("The rule never traded")).toBeTruthy();
  });
});
