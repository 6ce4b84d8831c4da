import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import {
  createReplay,
  deleteReplay,
  pauseReplay,
  playReplay,
  readReplay,
  seekReplay,
  stepReplay,
  type ReplayCreate,
  type ReplayRead,
} from "@/lib/api/generated";

export const SPEEDS = [0.5, 1, 2, 5, 10, 30] as const;
const FASTEST_LOOK_MS = 200;
const SLOWEST_LOOK_MS = 1_000;

export const replayKey = (replayId: string | null) => ["replays", replayId] as const;

/** How often to look where a replay stands: about once a bar. */
export function lookDelay(replay: ReplayRead | undefined): number | false {
  if (replay?.status !== "playing" || !replay.bars_per_second) return false;
  return Math.min(SLOWEST_LOOK_MS, Math.max(FASTEST_LOOK_MS, 1_000 / replay.bars_per_second));
}

/** Where a replay stands; looks again by itself while it plays. */
export function useReplay(replayId: string | null) {
  return useQuery({
    queryKey: replayKey(replayId),
    enabled: replayId !== null,
    queryFn: async ({ signal }) => (await readReplay({ path: { replay_id: replayId! }, signal })).data,
    refetchInterval: ({ state }) => lookDelay(state.data),
    refetchOnWindowFocus: true,
  });
}

type Move =
  | { kind: "play"; barsPerSecond: number }
  | { kind: "pause" }
  | { kind: "step"; bars: number }
  | { kind: "seek"; to: string };

async function move(replayId: string, how: Move): Promise<ReplayRead> {
  const path = { replay_id: replayId };
  switch (how.kind) {
    case "play":
      return (await playReplay({ path, body: { bars_per_second: how.barsPerSecond } })).data;
    case "pause":
      return (await pauseReplay({ path })).data;
    case "step":
      return (await stepReplay({ path, body: { bars: how.bars } })).data;
    case "seek":
      return (await seekReplay({ path, body: { to: how.to } })).data;
  }
}

/** Moves a replay; what it answers is where the replay stands. Moves wait for one another. */
export function useMoveReplay(replayId: string) {
  const client = useQueryClient();
  return useMutation({
    scope: { id: `replay ${replayId}` },
    mutationFn: (how: Move) => move(replayId, how),
    onMutate: () => client.cancelQueries({ queryKey: replayKey(replayId) }),
    onSuccess: (replay) => client.setQueryData(replayKey(replayId), replay),
  });
}

export function useCreateReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: ReplayCreate) => (await createReplay({ body })).data,
    onSuccess: (replay) => client.setQueryData(replayKey(replay.id), replay),
  });
}

export function useDeleteReplay() {
  return useMutation({
    mutationFn: async (replayId: string) => void (await deleteReplay({ path: { replay_id: replayId } })),
  });
}
