import { describe, expect, it } from "vitest";

import { findCall, isInString, markArgument } from "@/features/strategies/calls";

const at = (text: string) => {
  const found = findCall(text, (name) => name !== "and");
  return found && [found.name, found.argument];
};

describe("the call at the cursor", () => {
  it("is the innermost one, at the argument being written", () => {
    expect(at("x = sma(")).toEqual(["sma", 0]);
    expect(at("x = sma(close, ")).toEqual(["sma", 1]);
    expect(at("x = crossover(sma(close, 5), ")).toEqual(["crossover", 1]);
    expect(at("x = crossover(sma(close, ")).toEqual(["sma", 1]);
    expect(at("x = max(close, (open + ")).toEqual(["max", 1]);
  });

  it("is none outside, after the bracket, in a comment", () => {
    expect(at("x = sma(close, 5)")).toBeNull();
    expect(at("x = (close + ")).toBeNull();
    expect(at("# sma(")).toBeNull();
    expect(at("x = close and (")).toBeNull();
    expect(at("x = max(close and (")).toEqual(["max", 0]);
  });

  it("reads over strings, comments and lines", () => {
    expect(at('x = on("1day, (", ')).toEqual(["on", 1]);
    expect(at("x = sma( # the (close\n  close, ")).toEqual(["sma", 1]);
  });

  it("knows open quotes", () => {
    expect(isInString('on("1d')).toBe(true);
    expect(isInString('on("1day"')).toBe(false);
    expect(isInString('# say "')).toBe(false);
  });
});

describe("the signature hint", () => {
  const current = (signature: string, argument: number) =>
    markArgument(signature, argument)
      .filter((part) => part.isCurrent)
      .map((part) => part.text);

  it("marks the argument that is being written", () => {
    expect(current("rsi(x, n=14)", 0)).toEqual(["x"]);
    expect(current("rsi(x, n=14)", 1)).toEqual(["n=14"]);
    expect(current("rsi(x, n=14)", 2)).toEqual([]);
    expect(
      markArgument("rsi(x, n=14)", 1)
        .map((part) => part.text)
        .join(""),
    ).toBe("rsi(x, n=14)");
  });

  it("stays on an argument that repeats", () => {
    expect(current("max(a, b, …)", 5)).toEqual(["b", "…"]);
    expect(current("max(a, b, …)", 0)).toEqual(["a"]);
  });
});
