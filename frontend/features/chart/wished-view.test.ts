import { expect, it } from "vitest";

import { forgetWish, nextView, noteWish } from "@/features/chart/wished-view";

it("gives back what a symbol could not show, to the next one", () => {
  noteWish(0, { symbol: "IBM", interval: "1min", range: "1D" }, { interval: "1day", range: "1Y" });
  expect(nextView(0, { symbol: "IBM", interval: "1day", range: "1Y" })).toEqual({
    window: null,
    interval: "1min",
    range: "1D",
  });
  expect(nextView(1, { symbol: "IBM", interval: "1day", range: "1Y" })).toEqual({
    window: null,
    range: "1Y",
  });
});

it("forgets the wish once another interval was chosen, and the range once another range was", () => {
  noteWish(0, { symbol: "IBM", interval: "1min", range: "5D" }, { interval: "1day", range: "1Y" });
  expect(nextView(0, { symbol: "IBM", interval: "1week", range: "5Y" })).toEqual({
    window: null,
    range: "5Y",
  });
  expect(nextView(0, { symbol: "IBM", interval: "1day", range: "5Y" })).toMatchObject({
    interval: "1min",
    range: "1D",
  });
});

it("leaves a view that a hand moved for the usual range", () => {
  expect(nextView(2, { symbol: "IBM", interval: "15min", range: null })).toEqual({
    window: null,
    range: "5D",
  });
});

it("holds for the symbol that could not show it, and until somebody chooses himself", () => {
  const shown = { interval: "1day", range: "1Y" } as const;
  noteWish(0, { symbol: "IBM", interval: "1min", range: "1D" }, shown);
  expect(nextView(0, { symbol: "AAPL", ...shown })).toEqual({ window: null, range: "1Y" });
  forgetWish(0);
  expect(nextView(0, { symbol: "IBM", ...shown })).toEqual({ window: null, range: "1Y" });
});
