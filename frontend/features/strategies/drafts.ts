/** Texts that are not saved yet, kept for this tab alone, so that "back" or a reload loses nothing. */
const PREFIX = "flowrex.draft.";

function storage(): Storage | null {
  try {
    return typeof window === "undefined" ? null : window.sessionStorage;
  } catch {
    return null; // storage may be switched off
  }
}

export function findDraft(key: string): string | null {
  return storage()?.getItem(PREFIX + key) ?? null;
}

export function keepDraft(key: string, source: string): void {
  try {
    storage()?.setItem(PREFIX + key, source);
  } catch {
    // A full storage only costs the draft.
  }
}

export function dropDraft(key: string): void {
  storage()?.removeItem(PREFIX + key);
}
