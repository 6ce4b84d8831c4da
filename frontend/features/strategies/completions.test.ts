import { describe, expect, it } from "vitest";

import { buildHelp, findCompletions } from "@/features/strategies/completions";

const help = buildHelp({
  functions: [
    {
      name: "sma",
      signature: "sma(x, n)",
      arguments: [
        { name: "x", kind: "series", default: null, min: null, repeats: false, optional: false },
        { name: "n", kind: "window", default: null, min: 1, repeats: false, optional: false },
      ],
      returns: "number",
      units: "as x",
      warm_up: "n - 1",
      definition: "the mean",
      help: "Mean.",
      example: "sma(close, 5)",
    },
    {
      name: "vwap",
      signature: "vwap([n])",
      arguments: [{ name: "n", kind: "window", default: null, min: 1, repeats: false, optional: true }],
      returns: "number",
      units: "price",
      warm_up: "n - 1",
      definition: "",
      help: "",
      example: "vwap()",
    },
    {
      name: "on",
      signature: "on(interval, x)",
      arguments: [],
      returns: "same",
      units: "as x",
      warm_up: "0",
      definition: "",
      help: "",
      example: "",
    },
  ],
  inputs: [{ name: "close", units: "price", help: "Last price." }],
  outputs: [
    { name: "enter_long", type: "truth", units: "", help: "Buy.", example: "" },
    {
      name: "stop_loss",
      type: "number",
      units: "distance in price",
      help: "Stop.",
      example: "stop_loss = 2 * atr(14)",
    },
  ],
  keywords: [
    { name: "param", signature: "param(default, min, max)", help: "A number." },
    { name: "and", signature: "a and b", help: "Both." },
  ],
  intervals: ["1h", "1day", "1week"],
  caps: { source_bytes: 10_000, nodes: 500, lookback_bars: 5_000, parameters: 20 },
});
const at = (text: string) => {
  const cursor = text.indexOf("|");
  const found = findCompletions(text.replace("|", ""), cursor, { help, intervals: ["1h", "1day", "1week"] });
  return found && { from: found.from, names: found.words.map((word) => word.name) };
};

describe("completion", () => {
  it("offers outputs that are not defined yet at the start of a line", () => {
    expect(at("enter_long = True\nst|")).toEqual({ from: 18, names: ["stop_loss"] });
    expect(at("|")?.names).toEqual(["enter_long", "stop_loss"]);
  });

  it("offers functions, inputs and the names above it elsewhere", () => {
    expect(at("fast = 3\nenter_long = 2 < cl|\nlater = 1")?.names).toEqual([
      "fast",
      "sma",
      "vwap",
      "on",
      "close",
      "and",
    ]);
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

  it("offers the names of intervals inside quotes, and nothing else there", () => {
    expect(at('x = on("|')).toEqual({ from: 8, names: ["1h", "1day", "1week"] });
    expect(at('x = on("1d|", close)')).toEqual({ from: 8, names: ["1h", "1day", "1week"] });
    expect(at('x = "|')).toBeNull();
    expect(at('x = on("1day", cl|')?.names).toContain("close");
  });

  it("writes calls and outputs with places to fill", () => {
    expect(help.get("vwap")!.template).toBe("vwap()");
    expect(help.get("sma")!.template).toBe("sma(${1:x}, ${2:n})");
    expect(help.get("stop_loss")!.template).toBe("stop_loss = ${1:2 * atr(14)}");
    expect(help.get("param")!.template).toBe("param(${1:default}, ${2:min}, ${3:max})");
    expect(help.get("and")!.template).toBe("and");
  });
});
