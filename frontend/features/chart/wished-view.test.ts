import { expect, it } from "vitest";

import { nextView, noteWish } from "@/features/chart/wished-view";

it("gives back what a symbol could not show, to the next one", () => {
  noteWish(0, { interval: "1min", range: "1D" }, { interval: "1day", range: "1Y" });
  expect(nextView(0, { interval: "1day", range: "1Y" })).toEqual({
    window: null,
    interval: "1min",
    range: "1D",
  });
  expect(nextView(1, { interval: "1day", range: "1Y" })).toEqual({ window: null, range: "1Y" });
});

it("forgets the wish once another interval was chosen, and the range once another range was", () => {
  noteWish(0, { interval: "1min", range: "5D" }, { interval: "1day", range: "1Y" });
  expect(nextView(0, { interval: "1week", range: "5Y" })).toEqual({ window: null, range: "5Y" });
  expect(nextView(0, { interval: "1day", range: "5Y" })).toMatchObject({ interval: "1min", range: "1D" });
});

it("leaves a view that a hand moved for the usual range", () => {
  expect(nextView(2, { interval: "15min", range: null })).toEqual({ window: null, range: "5D" });
});
