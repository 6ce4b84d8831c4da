import { describe, expect, it } from "vitest";

import {
  exitWords,
  markTrades,
  stretchAround,
  symbolsOf,
  toTrades,
  type Trade,
} from "@/features/backtests/trades";

const trade = (
  number: number,
  entryTime: number,
  exitTime: number | null,
  rest: Partial<Trade> = {},
): Trade => ({
  number,
  symbol: "AAPL",
  side: "long",
  quantity: 1,
  entryTime,
  entryPrice: 10,
  exitTime,
  exitPrice: 11,
  exitReason: "signal",
  pnl: 1,
  return: 0.1,
  commission: 0,
  slippage: 0,
  financing: 0,
  bars: 3,
  mae: -0.01,
  mfe: 0.12,
  ...rest,
});
const few = [
  trade(1, 10, 20),
  trade(2, 30, 40, { side: "short", pnl: -1, return: -0.05, exitReason: "stop_loss" }),
  trade(3, 50, null),
];
const all = { from: 0, to: 100 };

describe("trades in columns", () => {
  it("become rows numbered by entry", () => {
    const rows = toTrades({
      side: ["long", "short"],
      quantity: [1, 2],
      entry_time: [10, 20],
      entry_price: [1, 2],
      exit_time: [15, null],
      exit_price: [1.5, null],
      exit_reason: ["signal", null],
      pnl: [0.5, -1],
      return: [0.5, -0.25],
      commission: [0, 0],
      slippage: [0, 0],
      bars: [5, 1],
      mae: [0, -0.25],
      mfe: [0.5, 0],
      symbol: ["AAPL", "IBM"],
      financing: [0, 0],
    });
    expect(symbolsOf([...rows, ...rows])).toEqual(["AAPL", "IBM"]);
    expect(rows.map((row) => [row.number, row.side, row.exitTime, row.return])).toEqual([
      [1, "long", 15, 0.5],
      [2, "short", null, -0.25],
    ]);
  });

  it("say why they ended", () => {
    expect(exitWords("end_of_data").label).toBe("End of data");
    expect(exitWords(null).label).toBe("Open");
  });
});

describe("marks of trades", () => {
  it("show entries and exits of both sides, an open trade's entry alone", () => {
    const marks = markTrades(few, all, 1_200, null);
    expect(marks.map(({ time, side, shape, tone, text }) => [time, side, shape, tone, text])).toEqual([
      [10, "below", "arrowUp", "up", "Buy"],
      [20, "above", "circle", "up", "+10.0%"],
      [30, "above", "arrowDown", "down", "Short"],
      [40, "below", "square", "down", "−5.0%"],
      [50, "below", "arrowUp", "up", "Buy"],
    ]);
  });

  it("lose their texts where there is no room", () => {
    expect(markTrades(few, all, 300, null).every((mark) => mark.text === undefined)).toBe(true);
  });

  it("keep the chosen trade's texts and colour, and drop all others when they would cover one another", () => {
    const marks = markTrades(few, all, 20, 2);
    expect(marks.map((mark) => [mark.time, mark.tone, mark.text])).toEqual([
      [30, "accent", "Short"],
      [40, "accent", "−5.0%"],
    ]);
  });

  it("are of the trades in view alone", () => {
    expect(markTrades(few, { from: 32, to: 38 }, 1_200, null).map((mark) => mark.time)).toEqual([30, 40]);
  });
});

describe("the stretch around a trade", () => {
  it("holds the trade and some bars on both sides, within the data", () => {
    const times = Array.from({ length: 200 }, (_, i) => i);
    const indexOf = (time: number) => time;
    expect(stretchAround(trade(1, 100, 150), times, indexOf)).toEqual({ from: 70, to: 180 });
    expect(stretchAround(trade(1, 5, 8), times, indexOf)).toEqual({ from: 0, to: 28 });
    expect(stretchAround(trade(1, 190, null), times, indexOf)).toEqual({ from: 170, to: 199 });
  });
});
