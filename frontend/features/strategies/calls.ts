/** The call whose brackets a cursor stands in. */
export type OpenCall = {
  name: string;
  /** Where its name begins. */
  from: number;
  /** Place of the argument that is being written, from 0. */
  argument: number;
};

/** Whether the end of a line's text stands in quotes that are still open; a comment has none. */
export function isInString(before: string): boolean {
  let quote = "";
  for (const letter of before) {
    if (quote) quote = letter === quote ? "" : quote;
    else if (letter === "#") return false;
    else if (letter === '"' || letter === "'") quote = letter;
  }
  return quote !== "";
}

/**
 * The innermost call that the end of `before` stands in; null outside of every call and in a comment. Words that
 * `isFunction` does not know only have brackets behind them that group, as `and (` has.
 */
export function findCall(before: string, isFunction: (name: string) => boolean): OpenCall | null {
  const open: { at: number; commas: number }[] = [];
  let quote = "";
  for (let i = 0; i < before.length; i += 1) {
    const letter = before[i]!;
    if (letter === "\n") quote = "";
    else if (quote) quote = letter === quote ? "" : quote;
    else if (letter === "#") {
      const end = before.indexOf("\n", i);
      if (end < 0) return null;
      i = end;
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === "(") open.push({ at: i, commas: 0 });
    else if (letter === ")") open.pop();
    else if (letter === "," && open.length > 0) open.at(-1)!.commas += 1;
  }
  for (const { at, commas } of open.reverse()) {
    const name = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before.slice(0, at).trimEnd());
    if (name && isFunction(name[0])) return { name: name[0], from: name.index, argument: commas };
  }
  return null;
}

/** A signature taken apart: `rsi(` `x` `, ` `n=14` `)`; the part being written is `isCurrent`. */
export function markArgument(signature: string, argument: number): { text: string; isCurrent: boolean }[] {
  const open = signature.indexOf("(");
  if (open < 0 || !signature.endsWith(")")) return [{ text: signature, isCurrent: false }];
  const places = signature.slice(open + 1, -1).split(", ");
  // An argument that repeats has "…" behind it and takes every place from its own on.
  const repeats = places.at(-1) === "…";
  const current = Math.min(argument, repeats ? places.length - 2 : Number.POSITIVE_INFINITY);
  return [
    { text: signature.slice(0, open + 1), isCurrent: false },
    ...places.flatMap((text, i) => [
      ...(i > 0 ? [{ text: ", ", isCurrent: false }] : []),
      { text, isCurrent: i === current || (repeats && i === places.length - 1 && current === i - 1) },
    ]),
    { text: ")", isCurrent: false },
  ];
}
