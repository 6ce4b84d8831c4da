import { definedNames } from "@/features/strategies/rule-tokens";
import type { LanguageRead } from "@/lib/api/generated";

export type WordHelp = {
  name: string;
  kind: "function" | "input" | "output" | "keyword" | "name";
  /** As it is written: `rsi(x, n=14)`, `stop_loss = …`. */
  signature: string;
  help: string;
  /** Facts below the help: definition, units, warm-up, an example. */
  facts: { label: string; text: string }[];
};

function facts(entries: Record<string, string | undefined>): WordHelp["facts"] {
  return Object.entries(entries)
    .filter((entry): entry is [string, string] => Boolean(entry[1]))
    .map(([label, text]) => ({ label, text }));
}

/** Every word of the language with its help, by name. */
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
    })),
    ...language.inputs.map((row) => ({
      name: row.name,
      kind: "input" as const,
      signature: row.name,
      help: row.help,
      facts: facts({ Unit: row.units }),
    })),
    ...language.outputs.map((row) => ({
      name: row.name,
      kind: "output" as const,
      signature: `${row.name} = ${row.type === "truth" ? "condition" : row.units || "number"}`,
      help: row.help,
      facts: facts({ Example: row.example }),
    })),
    ...language.keywords.map((row) => ({
      name: row.name,
      kind: "keyword" as const,
      signature: row.signature,
      help: row.help,
      facts: [],
    })),
  ];
  return new Map(rows.map((row) => [row.name, row]));
}

/** What can stand where the cursor is: at the start of a line an output to define, else a value. */
export function findCompletions(
  source: string,
  cursor: number,
  help: ReadonlyMap<string, WordHelp>,
): { from: number; words: WordHelp[] } | null {
  const lineStart = source.lastIndexOf("\n", cursor - 1) + 1;
  const before = source.slice(lineStart, cursor);
  if (before.includes("#")) return null;
  const word = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? "";
  if (/\d$/.test(before.slice(0, before.length - word.length)) && word) return null;
  const from = cursor - word.length;
  const isLineStart = before.slice(0, before.length - word.length).trim() === "";
  const defined = definedNames(source);
  if (isLineStart) {
    const free = [...help.values()].filter((row) => row.kind === "output" && !defined.includes(row.name));
    return { from, words: free };
  }
  const isWholeRightSide = /^\s*[\p{L}_][\p{L}\p{N}_]*\s*=\s*$/u.test(
    before.slice(0, before.length - word.length),
  );
  const earlier = definedNames(source.slice(0, lineStart)).filter((name) => !help.has(name));
  const values = [...help.values()].filter(
    (row) =>
      row.kind === "function" ||
      row.kind === "input" ||
      (row.kind === "keyword" && (row.name !== "param" || isWholeRightSide)),
  );
  const names = earlier.map<WordHelp>((name) => ({
    name,
    kind: "name",
    signature: name,
    help: "Defined above.",
    facts: [],
  }));
  return { from, words: [...names, ...values] };
}
