import { describe, expect, it } from "vitest";

import {
  bodyOf,
  readPrice,
  chartLinkOf,
  conditionOf,
  draftOf,
  draftOfLink,
} from "@/features/alerts/alert-form";
import type { AlertRead } from "@/lib/api/generated";

const draft = draftOfLink(new URLSearchParams("symbol=aapl&interval=1h&level=190.5"));

describe("a draft", () => {
  it("begins with what its link says", () => {
    expect(draft).toMatchObject({ symbol: "AAPL", interval: "1h", kind: "price", level: "190.5" });
    expect(draftOfLink(new URLSearchParams("drawing=d1"))).toMatchObject({
      kind: "drawing",
      drawingId: "d1",
    });
    expect(draftOfLink(new URLSearchParams("interval=2min&level=x"))).toMatchObject({
      symbol: null,
      interval: "1day",
      level: "",
    });
  });

  it.each([
    ["45,700.5", 45_700.5],
    ["45700,5", 45_700.5],
    ["1,234,567", 1_234_567],
    ["0,500", 0.5],
    [" 0.5 ", 0.5],
    ["abc", null],
    ["", null],
    ["-1", null],
    ["1,2,3", null],
  ])("reads the price %s", (text, price) => {
    expect(readPrice(text)).toBe(price);
  });

  it("says what is missing before it can be saved", () => {
    expect(bodyOf({ ...draft, symbol: null })).toEqual({
      missing: { field: "symbol", words: "Choose an instrument." },
    });
    for (const level of ["", "0", "-5", "abc", "1e999"])
      expect(bodyOf({ ...draft, level })).toEqual({
        missing: { field: "condition", words: "Give a price above zero, such as 45,700.5." },
      });
    expect(bodyOf({ ...draft, kind: "rule", source: " \n" })).toEqual({
      missing: { field: "condition", words: "Write a condition." },
    });
    expect(bodyOf({ ...draft, kind: "drawing" })).toEqual({
      missing: { field: "condition", words: "Choose a drawing." },
    });
    expect(bodyOf({ ...draft, coolDownMinutes: "x" })).toEqual({
      missing: { field: "coolDown", words: "Give the pause in minutes." },
    });
  });

  it("becomes what is saved", () => {
    expect(
      bodyOf({ ...draft, repeat: "every", coolDownMinutes: "1,5", webhookUrl: " https://a.b/c " }),
    ).toEqual({
      body: {
        symbol: "AAPL",
        interval: "1h",
        condition: { kind: "price", level: 190.5, direction: "crosses" },
        on: "closed_bar",
        repeat: "every",
        cooldown_seconds: 90,
        webhook: { url: "https://a.b/c" },
      },
    });
    expect(conditionOf({ ...draft, level: "1,25" })).toMatchObject({ level: 1.25 });
  });

  it("comes back from an alert as it was", () => {
    const alert = {
      symbol: "AAPL",
      interval: "1h",
      name: "Mine",
      words: "Price enters a drawing",
      condition: { kind: "drawing", drawing_id: "d1", direction: "enters" },
      on: "tick",
      repeat: "every",
      cooldown_seconds: 600,
      webhook: { url: "https://a.b/c" },
    } as AlertRead;
    expect(bodyOf(draftOf(alert))).toEqual({
      body: {
        symbol: "AAPL",
        interval: "1h",
        name: "Mine",
        condition: { kind: "drawing", drawing_id: "d1", direction: "enters" },
        on: "tick",
        repeat: "every",
        cooldown_seconds: 600,
        webhook: { url: "https://a.b/c" },
      },
    });
  });
});

it("leads to the chart around the bar that fired", () => {
  const bar = { time: "2026-03-02T10:00:00Z", open: 1, high: 1, low: 1, close: 1, volume: null };
  const link = new URL(chartLinkOf({ symbol: "BRK.B", interval: "1min", bar }), "http://x");
  expect(link.pathname).toBe("/chart");
  expect(Object.fromEntries(link.searchParams)).toEqual({
    symbol: "BRK.B",
    interval: "1min",
    from: "2026-03-02T08:40:00Z",
    to: "2026-03-02T10:20:00Z",
  });
});
