import { beforeEach, describe, expect, it } from "vitest";

import { arrangeEntries, type Entry, type EntryKind } from "@/features/palette/entries";
import { findRecent, keepRecent } from "@/features/palette/recent";

const entry = (kind: EntryKind, name: string, more: Partial<Entry> = {}): Entry => ({
  kind,
  id: `${kind} ${name}`,
  name,
  href: `/${name.toLowerCase()}`,
  ...more,
});

const ENTRIES = [
  entry("page", "Research"),
  entry("page", "Markets"),
  entry("instrument", "RE", { detail: "Everest Group", isFound: true }),
  entry("instrument", "AAPL", { detail: "Apple", isFound: true }),
  entry("strategy", "Mean reversion", { isFound: true }),
  entry("action", "Import a CSV", { words: "file data" }),
  entry("provider", "Add re from a provider"),
];

const show = (typed: string, recent: Entry[] = []) =>
  arrangeEntries(ENTRIES, typed, recent).map(
    ({ heading, entries }) => `${heading}: ${entries.map((one) => one.name).join(", ")}`,
  );

describe("the palette", () => {
  it("puts a symbol typed out first and the provider last", () => {
    const groups = show("re");
    expect(groups[0]).toMatch(/^Charts: RE\b/);
    expect(groups[1]).toBe("Go to: Research");
    expect(groups.at(-1)).toBe("At a provider: Add re from a provider");
  });

  it("keeps what the server found although no word of it begins so", () => {
    expect(show("everest")[0]).toMatch(/^Charts: RE/);
    expect(show("zzz").join()).toContain("Mean reversion");
  });

  it("finds an action by what else it is called", () => {
    expect(show("file").join()).toContain("Do: Import a CSV");
  });

  it("shows what was chosen lately first, while nothing is typed", () => {
    expect(show("", [entry("run", "Golden cross on AAPL")])[0]).toBe("Recent: Golden cross on AAPL");
    expect(show("re", [entry("run", "Golden cross on AAPL")]).join()).not.toContain("Recent");
  });
});

describe("what was chosen lately", () => {
  beforeEach(() => localStorage.clear());

  it("is kept per person, latest first and once", () => {
    for (const name of ["A", "B", "A"]) keepRecent("mina", entry("instrument", name));
    expect(findRecent("mina").map((one) => one.name)).toEqual(["A", "B"]);
    expect(findRecent("otto")).toEqual([]);
  });

  it("keeps neither searches at a provider nor what leads elsewhere", () => {
    keepRecent("mina", entry("provider", "Add x"));
    expect(findRecent("mina")).toEqual([]);
    const elsewhere = [entry("page", "X", { href: "//evil.example" }), entry("page", "Y", { href: "/y" }), 5];
    localStorage.setItem("flowrex.palette-recent.mina", JSON.stringify(elsewhere));
    expect(findRecent("mina").map((one) => one.name)).toEqual(["Y"]);
    localStorage.setItem("flowrex.palette-recent.mina", "{");
    expect(findRecent("mina")).toEqual([]);
  });
});
