import type { Entry } from "@/features/palette/entries";

const KEY = "flowrex.palette-recent";
const MOST_KEPT = 12;

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id, name, href } = value as Record<string, unknown>;
  const isText = [kind, id, name, href].every((one) => typeof one === "string");
  // What leads anywhere else was not written here.
  return isText && /^\/(?!\/)/.test(href as string);
}

/** What was chosen lately in this browser by this person, the latest first. */
export function findRecent(userId: string): Entry[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`${KEY}.${userId}`) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isEntry).slice(0, MOST_KEPT) : [];
  } catch {
    return []; // storage may be switched off or hold something else
  }
}

export function keepRecent(userId: string, entry: Entry): void {
  if (!entry.href || entry.kind === "provider") return;
  const { kind, id, name, detail, href } = entry;
  const others = findRecent(userId).filter((one) => one.id !== id);
  try {
    const kept = [{ kind, id, name, detail, href }, ...others].slice(0, MOST_KEPT);
    localStorage.setItem(`${KEY}.${userId}`, JSON.stringify(kept));
  } catch {
    // Only a convenience.
  }
}
