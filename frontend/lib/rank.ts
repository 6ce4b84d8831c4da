function hasWordStart(text: string, search: string): boolean {
  return ` ${text.replace(/[^\p{L}\p{N}]+/gu, " ")}`.includes(` ${search}`);
}

/**
 * How well a list's entry fits what was typed, from 0 (hidden) to 1; the `filter` of a command list. The beginning of
 * the name counts most, then the beginning of one of its words, then any part of it, then words of its description.
 * Letters that merely occur in this order somewhere do not count: they put WMA before ATR for "atr".
 */
export function rankEntry(name: string, typed: string, descriptions: readonly string[] = []): number {
  const search = typed.trim().toLowerCase();
  if (search === "") return 1;
  const own = name.toLowerCase();
  if (own.startsWith(search)) return 1;
  if (hasWordStart(own, search)) return 0.8;
  if (own.includes(search)) return 0.5;
  const all = [own, ...descriptions].join(" ").toLowerCase();
  return search.split(/\s+/).every((word) => hasWordStart(all, word)) ? 0.2 : 0;
}
