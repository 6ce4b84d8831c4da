import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

/**
 * The replay that this tab's charts show, or null for the present. All charts of the tab share it, and with it one
 * instant. It outlives a reload, not the tab.
 */
type ActiveReplay = {
  replayId: string | null;
  show: (replayId: string | null) => void;
  /** Bars per second, as chosen last. */
  speed: number;
  setSpeed: (speed: number) => void;
  /** Where the bars stand that are on the screen: they follow the server's clock a moment later. */
  paintedAt: string | null;
  paint: (positionAt: string | null) => void;
};

export const useActiveReplay = create<ActiveReplay>()(
  persist(
    (set) => ({
      replayId: null,
      show: (replayId) => set({ replayId, paintedAt: null }),
      speed: 2,
      setSpeed: (speed) => set({ speed }),
      paintedAt: null,
      paint: (paintedAt) => set({ paintedAt }),
    }),
    {
      name: "flowrex.replay",
      storage: createJSONStorage(() => sessionStorage),
      partialize: ({ replayId, speed }) => ({ replayId, speed }),
      skipHydration: typeof window === "undefined",
    },
  ),
);

/** While the past is replayed, what stands around the chart must not tell how it went on. */
export const useIsReplaying = () => useActiveReplay(({ replayId }) => replayId !== null);
