import { describe, expect, it } from "vitest";

import {
  definedNames,
  problemRange,
  tokenizeLine,
  writeParameterDefault,
  type RuleWords,
} from "@/features/strategies/rule-tokens";

const words: RuleWords = {
  functions: new Set(["sma", "crossover"]),
  inputs: new Set(["close", "volume"]),
  outputs: new Set(["enter_long", "stop_loss"]),
  keywords: new Set(["param", "and", "or", "not", "True", "False"]),
};
const read = (line: string) =>
  tokenizeLine(line, words).map(({ from, to, kind }) => [line.slice(from, to), kind]);

describe("the tokens of a rule", () => {
  it("name every part of a line", () => {
    expect(read("enter_long = crossover(sma(close, fast), 1.5e-3) and not quiet  # why")).toEqual([
      ["enter_long", "output"],
      ["=", "operator"],
      ["crossover", "function"],
      ["(", "punctuation"],
      ["sma", "function"],
      ["(", "punctuation"],
      ["close", "input"],
      [",", "punctuation"],
      ["fast", "name"],
      [")", "punctuation"],
      [",", "punctuation"],
      ["1.5e-3", "number"],
      [")", "punctuation"],
      ["and", "keyword"],
      ["not", "keyword"],
      ["quiet", "name"],
      ["# why", "comment"],
    ]);
  });

  it("tell a definition from a comparison and a parameter from a function", () => {
    expect(read("fast = param(10, 5, 50)")[0]).toEqual(["fast", "definition"]);
    expect(read("fast == 3")[0]).toEqual(["fast", "name"]);
    expect(read("fast = param(10, 5, 50)")[2]).toEqual(["param", "keyword"]);
    expect(read("x = unheard_of(1)")[2]).toEqual(["unheard_of", "function"]);
  });

  it("keep comments, strings and operators whole", () => {
    expect(read('a != on("1day", x) ** 2 # "no string"')).toEqual([
      ["a", "name"],
      ["!=", "operator"],
      ["on", "function"],
      ["(", "punctuation"],
      ['"1day"', "string"],
      [",", "punctuation"],
      ["x", "name"],
      [")", "punctuation"],
      ["**", "operator"],
      ["2", "number"],
      ['# "no string"', "comment"],
    ]);
  });

  it("end on unfinished and foreign text", () => {
    expect(read('on("1d')).toEqual([
      ["on", "function"],
      ["(", "punctuation"],
      ['"1d', "string"],
    ]);
    expect(read("a ; b[0] 🙂")).toEqual([
      ["a", "name"],
      [";", "invalid"],
      ["b", "name"],
      ["[", "invalid"],
      ["0", "number"],
      ["]", "invalid"],
      ["🙂", "invalid"],
    ]);
    expect(read("")).toEqual([]);
    expect(read("größe = True")).toEqual([
      ["größe", "definition"],
      ["=", "operator"],
      ["True", "constant"],
    ]);
  });
});

describe("names a rule defines", () => {
  it("come once, in order, without comparisons and comments", () => {
    expect(definedNames("a = 1\n b=2\n# c = 3\na = 4\nd == 5\nenter_long = a > b")).toEqual([
      "a",
      "b",
      "enter_long",
    ]);
  });
});

describe("a problem's place", () => {
  it("is the word at the column", () => {
    expect(problemRange("x = smaa(close, 3)", 5)).toEqual({ from: 4, to: 8 });
    expect(problemRange("x = (", 5)).toEqual({ from: 4, to: 5 });
  });

  it("counts characters as the checker does, not UTF-16 units", () => {
    expect(problemRange("# 🙂🙂 x", 6)).toEqual({ from: 7, to: 8 });
  });

  it("stays on the line when the column lies past its end", () => {
    expect(problemRange("x = ", 5)).toEqual({ from: 3, to: 4 });
    expect(problemRange("", 1)).toEqual({ from: 0, to: 0 });
    expect(problemRange("ab", 40)).toEqual({ from: 1, to: 2 });
  });
});

describe("a parameter's default", () => {
  it("is written into the text and nothing else changes", () => {
    const source = "fast = param(10, 5, 50)  # param(1, 2, 3)\nslow=param( 30 ,20,200, 5)\n";
    expect(writeParameterDefault(source, "fast", 12)).toBe(source.replace("param(10", "param(12"));
    expect(writeParameterDefault(source, "slow", 45)).toContain("slow=param( 45 ,20,200, 5)");
    expect(writeParameterDefault(source, "other", 1)).toBe(source);
  });
});
