import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { filterLibrary } from "@/features/strategies/components/library-page";
import { DiffLines } from "@/features/strategies/components/version-diff";
import type { LibraryRuleRead } from "@/lib/api/generated";

const rule = (name: string, idea: string): LibraryRuleRead => ({
  slug: name.toLowerCase(),
  name,
  idea,
  reference: "Nobody (1999)",
  source: "enter_long = close > open",
  reports: [],
});

describe("the library's filter", () => {
  it("wants every word, wherever it stands", () => {
    const rules = [rule("Donchian", "Buys a breakout."), rule("Turtle", "A breakout with a stop.")];
    expect(filterLibrary(rules, "breakout").map(({ name }) => name)).toEqual(["Donchian", "Turtle"]);
    expect(filterLibrary(rules, "BREAKOUT stop").map(({ name }) => name)).toEqual(["Turtle"]);
    expect(filterLibrary(rules, "nothing")).toEqual([]);
    expect(filterLibrary(rules, " ")).toHaveLength(2);
  });
});

describe("a difference of versions", () => {
  it("says by word and sign what was added and removed", () => {
    render(
      <DiffLines
        lines={[
          { kind: "same", text: "a = 1", old_line: 1, new_line: 1 },
          { kind: "removed", text: "size = 1", old_line: 2, new_line: null },
          { kind: "added", text: "size = 0.5", old_line: null, new_line: 2 },
        ]}
      />,
    );
    screen.getByRole("row", { name: /^1 1 a = 1$/ });
    screen.getByRole("row", { name: /2.*removed.*size = 1/ });
    screen.getByRole("row", { name: /2.*added.*size = 0\.5/ });
  });
});
