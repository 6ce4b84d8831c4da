import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

/**
 * The replay that this tab's charts show, or null for the present. All charts of the tab share it, and with it one
 * instant. It outlives a reload, not the tab.
 */
type ActiveReplay = { replayId: string | null; show: (replayId: string | null) => void };

export const useActiveReplay = create<ActiveReplay>()(
  persist((set) => ({ replayId: null, show: (replayId) => set({ replayId }) }), {
    name: "flowrex.replay",
    storage: createJSONStorage(() => sessionStorage),
    partialize: ({ replayId }) => ({ replayId }),
    skipHydration: typeof window === "undefined",
  }),
);
