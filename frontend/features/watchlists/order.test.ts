import { describe, expect, it } from "vitest";

import {
  dropItem,
  moveItem,
  nextSorting,
  regroupItem,
  renameGroup,
  restoreItem,
  sortSections,
  toSections,
  type Item,
} from "@/features/watchlists/order";

/** "A:x" is the instrument A in the group x, "A" one in none. */
function list(...rows: string[]): Item[] {
  return rows.map((row) => {
    const [symbol, group] = row.split(":");
    return { group: group ?? null, instrument: { id: symbol, symbol } } as Item;
  });
}

const show = (items: readonly Item[]) =>
  items.map((item) => item.instrument.symbol + (item.group === null ? "" : `:${item.group}`)).join(" ");

describe("sections", () => {
  it("gather a group where it first appears", () => {
    const sections = toSections(list("A:x", "B", "C:x", "D"));
    expect(sections.map(({ group, items }) => [group, show(items)])).toEqual([
      ["x", "A:x C:x"],
      [null, "B D"],
    ]);
  });
});

describe("moving", () => {
  it("goes one place within a group", () => {
    expect(show(moveItem(list("A", "B", "C"), "A", 1))).toBe("B A C");
    expect(show(moveItem(list("A", "B", "C"), "C", -1))).toBe("A C B");
  });

  it("goes over into the next group at the end of its own", () => {
    const items = list("A:x", "B:x", "C:y", "D:y");
    expect(show(moveItem(items, "B", 1))).toBe("A:x B:y C:y D:y");
    expect(show(moveItem(items, "C", -1))).toBe("A:x B:x C:x D:y");
  });

  it("stays at either end of the list", () => {
    expect(show(moveItem(list("A", "B"), "A", -1))).toBe("A B");
    expect(show(moveItem(list("A", "B"), "B", 1))).toBe("A B");
    expect(show(moveItem(list("A"), "Z", 1))).toBe("A");
  });

  it("leaves what it was given as it was", () => {
    const items = list("A", "B");
    moveItem(items, "A", 1);
    expect(show(items)).toBe("A B");
  });
});

describe("dropping", () => {
  it("takes the place and the group of what it is dropped on", () => {
    const items = list("A:x", "B:x", "C:y", "D:y");
    expect(show(dropItem(items, "A", "D"))).toBe("B:x C:y D:y A:y");
    expect(show(dropItem(items, "D", "A"))).toBe("D:x A:x B:x C:y");
    expect(show(dropItem(items, "A", "A"))).toBe("A:x B:x C:y D:y");
    expect(show(dropItem(items, "A", "gone"))).toBe("A:x B:x C:y D:y");
  });
});

describe("groups", () => {
  it("take an item last", () => {
    expect(show(regroupItem(list("A", "B:x", "C:x"), "A", "x"))).toBe("B:x C:x A:x");
    expect(show(regroupItem(list("A:x", "B:x"), "A", null))).toBe("B:x A");
  });

  it("become one under one name", () => {
    expect(show(renameGroup(list("A:x", "B:y", "C:x"), "y", "x"))).toBe("A:x B:x C:x");
    expect(show(renameGroup(list("A:x", "B:y"), "x", null))).toBe("A B:y");
  });
});

describe("undoing a removal", () => {
  const gone = list("B:x")[0]!;
  it("puts it before what followed it", () => {
    expect(show(restoreItem(list("A", "C", "D"), gone, ["C", "D"]))).toBe("A B:x C D");
    expect(show(restoreItem(list("A", "D"), gone, ["C", "D"]))).toBe("A B:x D");
    expect(show(restoreItem(list("A", "D", "B:x"), gone, ["D"]))).toBe("A B:x D");
    expect(show(restoreItem(list("A"), gone, ["C"]))).toBe("A B:x");
  });
});

describe("sorting", () => {
  const prices: Record<string, number | null> = { A: 2, B: null, C: 3, D: 1 };
  const figure = (item: Item) => prices[item.instrument.symbol] ?? null;
  const sorted = (descending: boolean) =>
    sortSections(toSections(list("B", "A", "C", "D")), { column: "last", descending }, figure)
      .map(({ items }) => show(items))
      .join(" | ");

  it("puts what has no figure last either way", () => {
    expect(sorted(true)).toBe("C A D B");
    expect(sorted(false)).toBe("D A C B");
  });

  it("stays within the groups", () => {
    const sections = toSections(list("D:x", "C:x", "A"));
    const names = sortSections(sections, { column: "symbol", descending: false }, figure);
    expect(names.map(({ items }) => show(items))).toEqual(["C:x D:x", "A"]);
  });

  it("goes down, up, and back to one's own order; names up first", () => {
    const first = nextSorting(null, "change");
    expect(first).toEqual({ column: "change", descending: true });
    const second = nextSorting(first, "change");
    expect(second).toEqual({ column: "change", descending: false });
    expect(nextSorting(second, "change")).toBeNull();
    expect(nextSorting(second, "symbol")).toEqual({ column: "symbol", descending: false });
  });
});
