import { expect, it } from "vitest";

import { ruleName, UNSAVED } from "@/features/backtests/rule-name";

const named = (source?: string, strategy: string | null = null) =>
  ruleName({ strategy_name: strategy, source });

it("is the strategy's, whatever the rule says", () => {
  expect(named("# Golden cross: in when …", "Mine")).toBe("Mine");
});

it("is what the first comment says before its colon", () => {
  expect(named("# Golden cross: in when the average rises: so\nentry_long = true")).toBe("Golden cross");
  expect(named("\n  #Dip buyer :\nx = 1")).toBe("Dip buyer");
});

it("is not made of a comment that names nothing", () => {
  for (const source of [
    undefined,
    "",
    "x = 1",
    "x = 1\n# Late: no",
    "# a thought\n# b: c",
    "# : x",
    `# ${"a".repeat(41)}: x`,
  ])
    expect(named(source)).toBe(UNSAVED);
});
