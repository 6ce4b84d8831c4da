import { describe, expect, it } from "vitest";

import { holdQuote, isHistory, toFigures, type Quote } from "@/features/watchlists/quote";
import type { Instrument } from "@/lib/api/contract";

const QUOTE: Quote = {
  instrument_id: "1",
  price: 101,
  at: "2026-12-01T15:00:00Z",
  change: 1,
  change_percent: 0.01,
  volume: 5000,
  previous_close: 100,
  state: "live",
  source: "twelvedata",
};
const INSTRUMENT = {
  id: "1",
  symbol: "AAPL",
  last_close: 110,
  change: 0.1,
  last_bar_at: "2013-03-01T00:00:00Z",
  sparkline: [100, 110],
} as Instrument;

describe("hearing of a price", () => {
  it("says where it went, and again each time", () => {
    const first = holdQuote(undefined, QUOTE);
    expect([first.move, first.moves]).toEqual([null, 0]);
    const up = holdQuote(first, { ...QUOTE, price: 102, at: "2026-12-01T15:00:01Z" });
    expect([up.move, up.moves]).toEqual(["up", 1]);
    const down = holdQuote(up, { ...QUOTE, price: 100, at: "2026-12-01T15:00:02Z" });
    expect([down.move, down.moves]).toEqual(["down", 2]);
  });

  it("lights nothing up for the same price", () => {
    const held = holdQuote(undefined, QUOTE);
    const same = holdQuote(held, { ...QUOTE, at: "2026-12-01T15:00:05Z", volume: 6000 });
    expect([same.moves, same.quote.volume]).toEqual([0, 6000]);
  });

  it("does not go back to what is older", () => {
    const held = holdQuote(undefined, QUOTE);
    expect(holdQuote(held, { ...QUOTE, price: 99, at: "2026-12-01T14:59:59Z" })).toBe(held);
  });

  it("believes a new state of the same instant", () => {
    const held = holdQuote(holdQuote(undefined, QUOTE), { ...QUOTE, state: "stale" });
    expect([held.quote.state, held.moves]).toEqual(["stale", 0]);
  });
});

describe("a row", () => {
  it("shows what is stored, and says nothing of freshness, without a quote", () => {
    const figures = toFigures(INSTRUMENT, undefined, "live");
    expect(figures).toMatchObject({ last: 110, changePercent: 0.1, volume: null, state: null });
    expect(figures.change).toBeCloseTo(10, 10);
  });

  it("shows the quote and goes on with the course to it", () => {
    expect(toFigures(INSTRUMENT, QUOTE, "live")).toMatchObject({
      last: 101,
      change: 1,
      changePercent: 0.01,
      volume: 5000,
      state: "live",
      sparkline: [100, 110, 101],
    });
  });

  it("does not repeat the last stored close in the course", () => {
    const stored = { ...QUOTE, source: "stored", state: "closed" as const };
    expect(toFigures(INSTRUMENT, stored, "live").sparkline).toEqual([100, 110]);
  });

  it("calls a price that nothing brings anew history, and a late one stale", () => {
    const now = Date.parse("2026-12-01T00:00:00Z");
    const judge = (state: Quote["state"], at: string) => isHistory(state, at, now);
    expect(judge("stale", "2013-03-02T00:00:00Z")).toBe(true);
    expect(judge("stale", "2026-11-20T00:00:00Z")).toBe(false);
    expect(judge("closed", "2013-03-02T00:00:00Z")).toBe(false);
  });

  it("calls a fresh price stale once the connection is gone, and a closed market closed all the same", () => {
    const state = (one: Quote["state"]) => toFigures(INSTRUMENT, { ...QUOTE, state: one }, "offline").state;
    expect([state("live"), state("simulated"), state("delayed")]).toEqual(["stale", "stale", "stale"]);
    expect([state("closed"), state("stale")]).toEqual(["closed", "stale"]);
    expect(toFigures(INSTRUMENT, QUOTE, "connecting").state).toBe("live");
  });
});
