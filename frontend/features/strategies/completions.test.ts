import { describe, expect, it } from "vitest";

import { buildHelp, findCompletions } from "@/features/strategies/completions";

const help = buildHelp({
  functions: [
    {
      name: "sma",
      signature: "sma(x, n)",
      arguments: [],
      returns: "number",
      units: "as x",
      warm_up: "n - 1",
      definition: "the mean",
      help: "Mean.",
      example: "sma(close, 5)",
    },
  ],
  inputs: [{ name: "close", units: "price", help: "Last price." }],
  outputs: [
    { name: "enter_long", type: "truth", units: "", help: "Buy.", example: "" },
    { name: "stop_loss", type: "number", units: "distance in price", help: "Stop.", example: "" },
  ],
  keywords: [
    { name: "param", signature: "param(default, min, max)", help: "A number." },
    { name: "and", signature: "a and b", help: "Both." },
  ],
  caps: { source_bytes: 10_000, nodes: 500, lookback_bars: 5_000, parameters: 20 },
});
const at = (text: string) => {
  const cursor = text.indexOf("|");
  const found = findCompletions(text.replace("|", ""), cursor, help);
  return found && { from: found.from, names: found.words.map((word) => word.name) };
};

describe("completion", () => {
  it("offers outputs that are not defined yet at the start of a line", () => {
    expect(at("enter_long = True\nst|")).toEqual({ from: 18, names: ["stop_loss"] });
    expect(at("|")?.names).toEqual(["enter_long", "stop_loss"]);
  });

  it("offers functions, inputs and the names above it elsewhere", () => {
    expect(at("fast = 3\nenter_long = 2 < cl|\nlater = 1")?.names).toEqual(["fast", "sma", "close", "and"]);
  });

  it("offers a parameter only where one may stand", () => {
    expect(at("fast = pa|")?.names).toContain("param");
    expect(at("fast = 1 + pa|")?.names).not.toContain("param");
  });

  it("is quiet in comments and behind a number", () => {
    expect(at("# sm|")).toBeNull();
    expect(at("x = 2e|")).toBeNull();
  });

  it("tells a function's facts in words", () => {
    expect(help.get("sma")!.facts).toContainEqual({ label: "Warm-up", text: "n - 1 bars" });
    expect(help.get("stop_loss")!.signature).toBe("stop_loss = distance in price");
  });
});
