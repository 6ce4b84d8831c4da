import { describe, expect, it } from "vitest";

import { readSplits } from "./splits";

describe("readSplits", () => {
  it("takes the form's rows, oldest first", () => {
    expect(
      readSplits([
        { date: "2005-02-28", ratio: "2" },
        { date: "2000-06-21", ratio: " 0,1 " },
      ]),
    ).toEqual({
      splits: [
        { date: "2000-06-21", ratio: 0.1 },
        { date: "2005-02-28", ratio: 2 },
      ],
    });
  });

  it.each([
    [[{ date: "", ratio: "2" }], "needs a date"],
    [[{ date: "2000-06-21", ratio: "" }], "above zero"],
    [[{ date: "2000-06-21", ratio: "-2" }], "above zero"],
    [[{ date: "2000-06-21", ratio: "Infinity" }], "above zero"],
    [[{ date: "2000-06-21", ratio: "two" }], "above zero"],
    [[{ date: "2000-06-21", ratio: "1" }], "no split"],
    [
      [
        { date: "2000-06-21", ratio: "2" },
        { date: "2000-06-21", ratio: "3" },
      ],
      "Two splits",
    ],
  ])("refuses %j", (drafts, word) => {
    expect(readSplits(drafts)).toEqual({ problem: expect.stringContaining(word) });
  });
});
