const KEY = "flowrex.watchlist-panel";

/** How the panel was left in this browser. */
export interface PanelMemory {
  isOpen: boolean;
  listId: string | null;
}

export function findPanel(): PanelMemory {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (typeof kept === "object" && kept !== null)
      return {
        isOpen: !("isOpen" in kept) || kept.isOpen !== false,
        listId: "listId" in kept && typeof kept.listId === "string" ? kept.listId : null,
      };
  } catch {
    // Storage may be switched off, hold something else, or not be there on the server.
  }
  return { isOpen: true, listId: null };
}

export function keepPanel(memory: PanelMemory): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // Only a convenience.
  }
}
