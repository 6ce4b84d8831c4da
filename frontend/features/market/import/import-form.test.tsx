import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";

import { ImportFormCard } from "@/features/market/import/import-form";
import { guessAssetClass, importSchema } from "@/features/market/import/import-values";

const ISO =
  "Date,Open,High,Low,Close\n2020-01-02,1,2,0.5,1.5\n2020-01-03,1,2,0.5,1.5\n2020-01-06,1,2,0.5,1.5\n";
const OPEN = "Date,Open,High,Low,Close\n02/01/2020,1,2,0.5,1.5\n03/01/2020,1,2,0.5,1.5\n";
const INTRADAY = "time;open;high;low;close\n2020-01-02 09:30;1;2;0.5;1.5\n2020-01-02 09:35;1;2;0.5;1.5\n";

function show(text: string, fileName: string) {
  const send = vi.fn();
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const file = new File([text], fileName);
  render(
    <ImportFormCard file={file} head={text} error={null} sending={null} onSend={send} onBack={() => {}} />,
    { wrapper },
  );
  return { send, file, submit: () => userEvent.click(screen.getByRole("button", { name: "Import" })) };
}

describe("the import form", () => {
  it("sends what was guessed, with no zone for dates", async () => {
    const { send, file, submit } = show(ISO, "aapl_daily.csv");
    await submit();
    expect(send).toHaveBeenCalledOnce();
    expect(send.mock.calls[0]![0]).toEqual({
      file,
      symbol: "AAPL",
      interval: "1day",
      asset_class: "stock",
      name: undefined,
      timezone: undefined,
      calendar: undefined,
      date_format: undefined,
      scope: undefined,
    });
  });

  it("asks for the zone of times that carry none", async () => {
    const { send, submit } = show(INTRADAY, "EURUSD.csv");
    const zone = screen.getByLabelText("Time zone of the file");
    await userEvent.clear(zone);
    await userEvent.type(zone, "Mars/Base");
    await submit();
    expect(send).not.toHaveBeenCalled();
    await userEvent.clear(zone);
    await userEvent.type(zone, "Europe/Berlin");
    await submit();
    expect(send.mock.calls[0]![0]).toMatchObject({
      timezone: "Europe/Berlin",
      interval: "5min",
      asset_class: "forex",
    });
  });

  it("wants the order of day and month where the file leaves it open", async () => {
    const { send, submit } = show(OPEN, "x.csv");
    expect(screen.getByText(/day and month undecided/)).toBeTruthy();
    await submit();
    expect(send).not.toHaveBeenCalled();
    expect(await screen.findByText(/days and months could be swapped/)).toBeTruthy();
  });

  it("says so when there is no symbol to be guessed", async () => {
    const { send, submit } = show(ISO, "data.csv");
    await submit();
    expect(await screen.findByText(/Say what it is/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText("Symbol"), "brk.b");
    await submit();
    expect(send.mock.calls[0]![0]).toMatchObject({ symbol: "BRK.B" });
  });
});

describe("symbols", () => {
  const check = (symbol: string) =>
    importSchema(false).safeParse({
      symbol,
      interval: "1day",
      asset_class: "stock",
      name: "",
      timezone: "UTC",
      day_order: "",
      calendar: "auto",
      scope: "private",
    }).success;

  it.each(["AAPL", "brk.b", "BTC-USD", "EUR/USD", "0700.HK", " spy "])("%s is one", (symbol) => {
    expect(check(symbol)).toBe(true);
  });

  it.each(["", ".X", "A B", "A".repeat(33), "ÄÖ", "<script>"])("%j is none", (symbol) => {
    expect(check(symbol)).toBe(false);
  });

  it.each([
    ["EURUSD", "forex"],
    ["EUR/USD", "forex"],
    ["BTCUSDT", "crypto"],
    ["ETH-EUR", "crypto"],
    ["AAPL", "stock"],
    ["USDX", "stock"],
  ])("%s is probably %s", (symbol, assetClass) => {
    expect(guessAssetClass(symbol)).toBe(assetClass);
  });
});
