import { rankEntry } from "@/lib/rank";

export type EntryKind = "page" | "instrument" | "watchlist" | "strategy" | "run" | "action" | "provider";

/** Something the palette leads to or does. */
export interface Entry {
  kind: EntryKind;
  /** Unique among all entries. */
  id: string;
  name: string;
  detail?: string;
  /** More words under which it is found. */
  words?: string;
  /** Where it leads; entries without one do something else. */
  href?: string;
  /** The server chose it for what is typed: it is shown even where no word begins with that. */
  isFound?: boolean;
}

export interface EntryGroup {
  heading: string;
  entries: Entry[];
}

const HEADINGS: Record<EntryKind, string> = {
  instrument: "Charts",
  page: "Go to",
  watchlist: "Watchlists",
  strategy: "Strategies",
  run: "Backtests",
  action: "Do",
  provider: "At a provider",
};
const KINDS = Object.keys(HEADINGS) as EntryKind[];
const MOST_IN_A_GROUP = 8;
const MOST_RECENT = 6;
const FOUND_ANYWAY = 0.1;

function rank(entry: Entry, typed: string): number {
  // A symbol typed out is meant.
  if (entry.kind === "instrument" && entry.name.toLowerCase() === typed.trim().toLowerCase()) return 2;
  const descriptions = [entry.detail ?? "", entry.words ?? ""];
  return Math.max(rankEntry(entry.name, typed, descriptions), entry.isFound ? FOUND_ANYWAY : 0);
}

/**
 * What fits, best first in each group, the group with the best first; the offer to look at a provider stands last.
 * With nothing typed: what was chosen lately, then everything that is always there.
 */
export function arrangeEntries(
  entries: readonly Entry[],
  typed: string,
  recent: readonly Entry[],
): EntryGroup[] {
  const isEmpty = typed.trim() === "";
  const groups = KINDS.map((kind) => {
    const ranked = entries
      .filter((entry) => entry.kind === kind)
      .map((entry) => ({ entry, score: rank(entry, typed) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, kind === "page" || kind === "action" ? undefined : MOST_IN_A_GROUP);
    const best = kind === "provider" ? -1 : (ranked[0]?.score ?? 0);
    return { heading: HEADINGS[kind], entries: ranked.map(({ entry }) => entry), best };
  }).filter((group) => group.entries.length > 0);
  if (!isEmpty) groups.sort((a, b) => b.best - a.best);
  const arranged = groups.map(({ heading, entries: inside }) => ({ heading, entries: inside }));
  return isEmpty && recent.length > 0
    ? [{ heading: "Recent", entries: recent.slice(0, MOST_RECENT) }, ...arranged]
    : arranged;
}
