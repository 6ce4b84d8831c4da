import type { WatchlistItemRead } from "@/lib/api/generated";

export type Item = WatchlistItemRead;

/** Items under one heading; null is what stands under none. */
export interface Section {
  group: string | null;
  items: Item[];
}

/** The list as it is shown: groups in the order in which they first appear, each with all its items. */
export function toSections(items: readonly Item[]): Section[] {
  const sections = new Map<string | null, Item[]>();
  for (const item of items) {
    const section = sections.get(item.group);
    if (section) section.push(item);
    else sections.set(item.group, [item]);
  }
  return [...sections].map(([group, inside]) => ({ group, items: inside }));
}

/** The same as one row of items, the way the list is stored. */
export function flatten(sections: readonly Section[]): Item[] {
  return sections.flatMap((section) => section.items);
}

/**
 * One place up (-1) or down (1). At the end of its group an item moves over into the next one, so that the
 * keyboard reaches every place.
 */
export function moveItem(items: readonly Item[], instrumentId: string, step: -1 | 1): Item[] {
  const sections = toSections(items);
  const at = sections.findIndex((section) => section.items.some((it) => it.instrument.id === instrumentId));
  if (at < 0) return [...items];
  const here = sections[at]!;
  const place = here.items.findIndex((it) => it.instrument.id === instrumentId);
  const item = here.items[place]!;
  const next = place + step;
  if (next >= 0 && next < here.items.length) {
    here.items.splice(place, 1);
    here.items.splice(next, 0, item);
    return flatten(sections);
  }
  const neighbour = sections[at + step];
  if (!neighbour) return flatten(sections);
  here.items.splice(place, 1);
  const moved = { ...item, group: neighbour.group };
  if (step === 1) neighbour.items.unshift(moved);
  else neighbour.items.push(moved);
  return flatten(sections);
}

/** Takes an item to where another one stands, into that one's group: what dropping it there means. */
export function dropItem(items: readonly Item[], instrumentId: string, ontoId: string): Item[] {
  const rows = flatten(toSections(items));
  const from = rows.findIndex((it) => it.instrument.id === instrumentId);
  const to = rows.findIndex((it) => it.instrument.id === ontoId);
  if (from < 0 || to < 0 || from === to) return rows;
  const [item] = rows.splice(from, 1);
  const target = rows.findIndex((it) => it.instrument.id === ontoId);
  rows.splice(target + (from < to ? 1 : 0), 0, {
    ...item!,
    group: items.find((it) => it.instrument.id === ontoId)!.group,
  });
  return rows;
}

/** Puts an item under another heading, last there. */
export function regroupItem(items: readonly Item[], instrumentId: string, group: string | null): Item[] {
  const item = items.find((it) => it.instrument.id === instrumentId);
  if (!item || item.group === group) return [...items];
  const rest = items.filter((it) => it !== item);
  return flatten(toSections([...rest, { ...item, group }]));
}

/** Gives a heading another name; null takes it away, and so does the name of another one: they become one. */
export function renameGroup(items: readonly Item[], from: string | null, to: string | null): Item[] {
  return flatten(toSections(items.map((it) => (it.group === from ? { ...it, group: to } : it))));
}

export function removeItem(items: readonly Item[], instrumentId: string): Item[] {
  return items.filter((it) => it.instrument.id !== instrumentId);
}

/** Puts back what was removed, before what followed it then or, when that is gone too, at the end. */
export function restoreItem(items: readonly Item[], item: Item, followers: readonly string[]): Item[] {
  const rest = removeItem(items, item.instrument.id);
  const next = followers.find((id) => rest.some((it) => it.instrument.id === id));
  const at = next === undefined ? rest.length : rest.findIndex((it) => it.instrument.id === next);
  return [...rest.slice(0, at), item, ...rest.slice(at)];
}

export type SortColumn = "symbol" | "last" | "change" | "volume";
export interface Sorting {
  column: SortColumn;
  descending: boolean;
}

/** The user's own order, then down, then up, then the user's own again; names begin at A. */
export function nextSorting(sorting: Sorting | null, column: SortColumn): Sorting | null {
  const first = column !== "symbol";
  if (sorting?.column !== column) return { column, descending: first };
  return sorting.descending === first ? { column, descending: !first } : null;
}

/** Sorts inside the groups; what has no figure stands last either way. */
export function sortSections(
  sections: readonly Section[],
  sorting: Sorting | null,
  figure: (item: Item, column: Exclude<SortColumn, "symbol">) => number | null,
): Section[] {
  if (!sorting) return [...sections];
  const { column, descending } = sorting;
  const turn = descending ? -1 : 1;
  const compare = (a: Item, b: Item) => {
    if (column === "symbol") return turn * a.instrument.symbol.localeCompare(b.instrument.symbol);
    const [left, right] = [figure(a, column), figure(b, column)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return turn * (left - right);
  };
  return sections.map(({ group, items }) => ({ group, items: [...items].sort(compare) }));
}
