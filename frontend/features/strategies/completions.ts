import { findCall, isInString } from "@/features/strategies/calls";
import { definedNames } from "@/features/strategies/rule-tokens";
import type { LanguageRead } from "@/lib/api/generated";

export type WordKind = "function" | "input" | "output" | "keyword" | "name" | "interval";

export type WordHelp = {
  name: string;
  kind: WordKind;
  /** As it is written: `rsi(x, n=14)`, `stop_loss = …`. */
  signature: string;
  help: string;
  /** Facts below the help: definition, units, warm-up, an example. */
  facts: { label: string; text: string }[];
  /** What a completion writes; `${1:…}`, `${2:…}` are the places to fill, one after the other. */
  template: string;
};

type Arguments = LanguageRead["functions"][number]["arguments"];

function facts(entries: Record<string, string | undefined>): WordHelp["facts"] {
  return Object.entries(entries)
    .filter((entry): entry is [string, string] => Boolean(entry[1]))
    .map(([label, text]) => ({ label, text }));
}

/** Places to fill, one after the other, each with what stands there until then. */
function places(texts: readonly string[]): string[] {
  return texts.map((text, i) => `\${${i + 1}:${text}}`);
}

/** `rsi(${1:x}, ${2:14})`: a place to fill for every argument that is needed, holding its default if it has one. */
function callTemplate(name: string, given: Arguments): string {
  const all = given.filter((argument) => !argument.optional);
  const filled = places(all.map((argument) => String(argument.default ?? argument.name)));
  const quoted = filled.map((place, i) => (all[i]!.kind === "interval" ? `"${place}"` : place));
  return `${name}(${quoted.join(", ")})`;
}

/** The same of a word that is only known by its signature: `param(${1:default}, ${2:min}, ${3:max})`. */
function signatureTemplate(name: string, signature: string): string {
  const required = signature
    .slice(name.length + 1, -1)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part && !/[=…]/.test(part));
  return `${name}(${places(required).join(", ")})`;
}

/** `stop_loss = ${1:2 * atr(14)}`: the table's example, its right side to be written over. */
function outputTemplate(name: string, example: string): string {
  const right = example.slice(example.indexOf("=") + 1).trim();
  return right && !/[{}]/.test(right) ? `${name} = ${places([right])[0]}` : `${name} = `;
}

/** Every word of the language with its help, by name, from the language's own table. */
export function buildHelp(language: LanguageRead): Map<string, WordHelp> {
  const rows: WordHelp[] = [
    ...language.functions.map((row) => ({
      name: row.name,
      kind: "function" as const,
      signature: row.signature,
      help: row.help,
      facts: facts({
        Is: row.definition,
        Unit: row.units,
        "Warm-up": row.warm_up === "0" ? "none" : `${row.warm_up} bars`,
        Example: row.example,
      }),
      template: callTemplate(row.name, row.arguments),
    })),
    ...language.inputs.map((row) => ({
      name: row.name,
      kind: "input" as const,
      signature: row.name,
      help: row.help,
      facts: facts({ Unit: row.units }),
      template: row.name,
    })),
    ...language.outputs.map((row) => ({
      name: row.name,
      kind: "output" as const,
      signature: `${row.name} = ${row.type === "truth" ? "condition" : row.units || "number"}`,
      help: row.help,
      facts: facts({ Example: row.example }),
      template: outputTemplate(row.name, row.example),
    })),
    ...language.keywords.map((row) => ({
      name: row.name,
      kind: "keyword" as const,
      signature: row.signature,
      help: row.help,
      facts: [],
      template: row.signature.startsWith(`${row.name}(`)
        ? signatureTemplate(row.name, row.signature)
        : row.name,
    })),
  ];
  return new Map(rows.map((row) => [row.name, row]));
}

/** The words of the language and the names of intervals, as the editor asks for them. */
export type EditorWords = { help: ReadonlyMap<string, WordHelp>; intervals: readonly string[] };

function intervalWord(name: string): WordHelp {
  return { name, kind: "interval", signature: name, help: "", facts: [], template: name };
}

/** Tells the words that are written with brackets. */
export function callable(help: ReadonlyMap<string, WordHelp>): (name: string) => boolean {
  return (name) => help.get(name)?.signature.startsWith(`${name}(`) ?? false;
}

const WORD = /[\p{L}_][\p{L}\p{N}_]*$/u;

/** What can stand where the cursor is: an interval in quotes, an output to define at the start of a line, else a value. */
export function findCompletions(
  source: string,
  cursor: number,
  { help, intervals }: EditorWords,
): { from: number; words: WordHelp[] } | null {
  const lineStart = source.lastIndexOf("\n", cursor - 1) + 1;
  const before = source.slice(lineStart, cursor);
  if (isInString(before)) {
    const typed = /["'](\w*)$/.exec(before)?.[1];
    // In the calls of the language strings are names of intervals, and nothing else.
    if (typed === undefined || !findCall(before.slice(0, -typed.length - 1), callable(help))) return null;
    return { from: cursor - typed.length, words: intervals.map(intervalWord) };
  }
  if (before.includes("#")) return null;
  const word = WORD.exec(before)?.[0] ?? "";
  const rest = before.slice(0, before.length - word.length);
  if (/\d$/.test(rest) && word) return null;
  const from = cursor - word.length;
  if (rest.trim() === "") {
    const defined = definedNames(source);
    return {
      from,
      words: [...help.values()].filter((row) => row.kind === "output" && !defined.includes(row.name)),
    };
  }
  const isWholeRightSide = /^\s*[\p{L}_][\p{L}\p{N}_]*\s*=\s*$/u.test(rest);
  const names = definedNames(source.slice(0, lineStart))
    .filter((name) => !help.has(name))
    .map<WordHelp>((name) => ({
      name,
      kind: "name",
      signature: name,
      help: "Defined above.",
      facts: [],
      template: name,
    }));
  const values = [...help.values()].filter(
    (row) =>
      row.kind === "function" ||
      row.kind === "input" ||
      (row.kind === "keyword" && (row.name !== "param" || isWholeRightSide)),
  );
  return { from, words: [...names, ...values] };
}
