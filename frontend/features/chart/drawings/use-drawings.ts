"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";

import { toast } from "@/components/ui/sonner";
import {
  DRAWING_NAMES,
  PLAIN_STYLE,
  type Drawing,
  type DrawingKind,
  type DrawingPoint,
  type DrawingStyle,
} from "@/features/chart/drawings/drawing";
import type { Interval } from "@/features/chart/intervals";
import { createDrawing, deleteDrawing, listDrawings, updateDrawing } from "@/lib/api/generated";
import { adviseOn, toApiProblem } from "@/lib/api/problem";

type Adjust = "splits" | "none";
type Kept = { drawings: Drawing[]; splitsRevision: number };
type Change = { points?: DrawingPoint[]; style?: DrawingStyle };

const MAXIMUM_STEPS = 50;
const PENDING = "pending-";

/** Every drawing on the instrument: the API gives at most a hundred at a time. */
async function fetchDrawings(instrumentId: string, adjust: Adjust, signal: AbortSignal): Promise<Kept> {
  const drawings: Drawing[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { data } = await listDrawings({
      query: { instrument_id: instrumentId, adjust, limit: 100, cursor },
      signal,
    });
    drawings.push(...data.items);
    if (!data.next_cursor) return { drawings, splitsRevision: data.splits_revision };
    cursor = data.next_cursor;
  }
}

export type Drawings = {
  all: Drawing[];
  add: (kind: DrawingKind, points: DrawingPoint[]) => void;
  move: (drawing: Drawing, points: DrawingPoint[]) => void;
  restyle: (drawing: Drawing, style: DrawingStyle) => void;
  remove: (drawing: Drawing) => void;
  undo: (() => void) | null;
};

/**
 * What one drew on an instrument, shown in every interval. The server keeps raw prices and gives them in the terms of
 * the chart, so that lines move together with their candles over a split.
 */
export function useDrawings(
  instrumentId: string,
  interval: Interval,
  adjust: Adjust,
  onAdded: (id: string) => void,
): Drawings {
  const queries = useQueryClient();
  const key = useMemo(() => ["drawings", instrumentId, adjust], [instrumentId, adjust]);
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => fetchDrawings(instrumentId, adjust, signal),
  });
  /** What takes each change back, newest last. */
  const [steps, setSteps] = useState<(() => Promise<unknown>)[]>([]);
  const keepStep = useCallback(
    (step: () => Promise<unknown>) => setSteps((before) => [...before, step].slice(-MAXIMUM_STEPS)),
    [],
  );
  /** A drawing that was brought back has another id than the one that older steps speak of. */
  const renamed = useRef(new Map<string, string>());
  const edit = useCallback(
    (next: (drawings: Drawing[]) => Drawing[]) =>
      queries.setQueryData<Kept>(key, (kept) => kept && { ...kept, drawings: next(kept.drawings) }),
    [queries, key],
  );
  const refresh = useCallback(
    () => queries.invalidateQueries({ queryKey: ["drawings", instrumentId] }),
    [queries, instrumentId],
  );

  /** Shows a change at once, and what was there again when it could not be kept. */
  const attempt = useMutation({
    mutationFn: ({ work }: { work: () => Promise<unknown>; show: () => void; failure: string }) => work(),
    onMutate: async ({ show }) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData<Kept>(key);
      show();
      return { before };
    },
    onError: (error, { failure }, context) => {
      queries.setQueryData(key, context?.before);
      toast.error(failure, { description: adviseOn(toApiProblem(error)) });
    },
    onSettled: refresh,
  });
  const { mutate } = attempt;
  const splitsRevision = query.data?.splitsRevision;

  const create = useCallback(
    async (drawing: Omit<Drawing, "id">) => {
      const { kind, points, style, locked } = drawing;
      const { data } = await createDrawing({
        body: {
          instrument_id: instrumentId,
          kind,
          interval: drawing.interval,
          points,
          adjust,
          splits_revision: splitsRevision,
          style,
          locked,
        },
      });
      return data as Drawing;
    },
    [instrumentId, adjust, splitsRevision],
  );
  const update = useCallback(
    (id: string, change: Change, on: Interval) =>
      updateDrawing({
        path: { drawing_id: renamed.current.get(id) ?? id },
        body: change.points
          ? { points: change.points, interval: on, adjust, splits_revision: splitsRevision }
          : { style: change.style },
      }),
    [adjust, splitsRevision],
  );
  const destroy = useCallback(
    (id: string) => deleteDrawing({ path: { drawing_id: renamed.current.get(id) ?? id } }),
    [],
  );

  const add = (kind: DrawingKind, points: DrawingPoint[]) => {
    const fresh = { kind, points, interval, style: PLAIN_STYLE, locked: false };
    const id = `${PENDING}${Date.now()}`;
    mutate({
      failure: `The ${DRAWING_NAMES[kind].toLowerCase()} could not be kept`,
      show: () => edit((drawings) => [...drawings, { ...fresh, id }]),
      work: async () => {
        const made = await create(fresh);
        edit((drawings) => drawings.map((drawing) => (drawing.id === id ? made : drawing)));
        keepStep(() => destroy(made.id));
        onAdded(made.id);
      },
    });
  };
  const change = (drawing: Drawing, next: Change, failure: string) => {
    if (drawing.id.startsWith(PENDING)) return;
    mutate({
      failure,
      show: () =>
        edit((drawings) =>
          drawings.map((other) =>
            other.id === drawing.id
              ? { ...other, ...next, interval: next.points ? interval : other.interval }
              : other,
          ),
        ),
      work: async () => {
        await update(drawing.id, next, interval);
        const before = next.points ? { points: drawing.points } : { style: drawing.style };
        keepStep(() => update(drawing.id, before, drawing.interval));
      },
    });
  };
  const remove = (drawing: Drawing) => {
    if (drawing.id.startsWith(PENDING)) return;
    mutate({
      failure: `The ${DRAWING_NAMES[drawing.kind].toLowerCase()} could not be removed`,
      show: () => edit((drawings) => drawings.filter(({ id }) => id !== drawing.id)),
      work: async () => {
        await destroy(drawing.id);
        keepStep(async () => renamed.current.set(drawing.id, (await create(drawing)).id));
      },
    });
  };
  const undo = () => {
    const step = steps.at(-1);
    if (!step) return;
    setSteps(steps.slice(0, -1));
    mutate({ failure: "That could not be undone", show: () => undefined, work: step });
  };

  return {
    all: query.data?.drawings ?? NO_DRAWINGS,
    add,
    move: (drawing, points) => change(drawing, { points }, "The drawing could not be moved"),
    restyle: (drawing, style) => change(drawing, { style }, "The drawing could not be changed"),
    remove,
    undo: steps.length > 0 ? undo : null,
  };
}

const NO_DRAWINGS: Drawing[] = [];
