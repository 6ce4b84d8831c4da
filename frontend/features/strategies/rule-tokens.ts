/** What a word of a rule is, for colours. The same tokens colour the editor and a rule that is only shown. */
export type TokenKind =
  | "comment"
  | "string"
  | "number"
  | "operator"
  | "punctuation"
  | "function"
  | "input"
  | "output"
  | "keyword"
  | "constant"
  | "definition"
  | "name"
  | "invalid";

export type Token = { from: number; to: number; kind: TokenKind };

/** The words of the language, as `GET /strategies/language` lists them. */
export type RuleWords = {
  functions: ReadonlySet<string>;
  inputs: ReadonlySet<string>;
  outputs: ReadonlySet<string>;
  keywords: ReadonlySet<string>;
};

export const NO_WORDS: RuleWords = {
  functions: new Set(),
  inputs: new Set(),
  outputs: new Set(),
  keywords: new Set(),
};

const PATTERN =
  /(?<comment>#.*)|(?<string>"[^"\n]*"?|'[^'\n]*'?)|(?<number>(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<operator>\*\*|[<>=!]=|[-+*/%<>=])|(?<punctuation>[(),])|(?<space>\s+)|(?<invalid>.)/uy;

function kindOfName(name: string, after: string, words: RuleWords): TokenKind {
  if (name === "True" || name === "False") return "constant";
  if (words.outputs.has(name)) return "output";
  if (words.inputs.has(name)) return "input";
  if (/^\s*\(/.test(after)) return words.keywords.has(name) ? "keyword" : "function";
  if (words.keywords.has(name)) return "keyword";
  if (words.functions.has(name)) return "function";
  return /^\s*=(?!=)/.test(after) ? "definition" : "name";
}

/** The token that starts at `from`; null for blanks and at the line's end. */
export function readToken(
  line: string,
  from: number,
  words: RuleWords,
): { to: number; kind: TokenKind | null } {
  PATTERN.lastIndex = from;
  const match = PATTERN.exec(line);
  if (!match) return { to: line.length, kind: null };
  const to = from + match[0].length;
  const groups = match.groups!;
  if (groups.space !== undefined) return { to, kind: null };
  if (groups.name !== undefined) return { to, kind: kindOfName(groups.name, line.slice(to), words) };
  const kind = (["comment", "string", "number", "operator", "punctuation", "invalid"] as const).find(
    (name) => groups[name] !== undefined,
  )!;
  return { to, kind };
}

export function tokenizeLine(line: string, words: RuleWords): Token[] {
  const tokens: Token[] = [];
  for (let from = 0; from < line.length;) {
    const { to, kind } = readToken(line, from, words);
    if (kind) tokens.push({ from, to, kind });
    from = to;
  }
  return tokens;
}

/** Names a rule gives itself, each once, in the order of the text. */
export function definedNames(source: string): string[] {
  const names = new Set<string>();
  for (const line of source.split("\n")) {
    const match = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/u.exec(line);
    if (match) names.add(match[1]!);
  }
  return [...names];
}

/** Where a checker's column (in characters, from 1) points, as the range of the word there, in UTF-16 units. */
export function problemRange(line: string, column: number): { from: number; to: number } {
  let from = 0;
  for (let i = 1; i < column && from < line.length; i += 1) from += line.codePointAt(from)! > 0xffff ? 2 : 1;
  const word = /^[\p{L}\p{N}_.]+/u.exec(line.slice(from));
  const to = word ? from + word[0].length : Math.min(line.length, from + 1);
  // Past the end of a line there is nothing to underline but its last character.
  return from === to ? { from: Math.max(0, from - 1), to } : { from, to };
}

/** The text with another default in `name = param(default, …)`; the same text when the parameter is not found. */
export function writeParameterDefault(source: string, name: string, value: number): string {
  const pattern = new RegExp(`^(\\s*${name}\\s*=\\s*param\\s*\\(\\s*)([^,()]+?)(\\s*,)`, "m");
  return source.replace(
    pattern,
    (_, before: string, _old: string, after: string) => `${before}${value}${after}`,
  );
}
