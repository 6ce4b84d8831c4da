"use client";

import { useEffect, useEffectEvent, useRef } from "react";

import type { ChartColours } from "@/features/chart/chart-colours";
import type { ChartView } from "@/features/chart/chart-view";
import type { Drawing, DrawingKind } from "@/features/chart/drawings/drawing";
import { DrawingLayer, type DrawingWishes } from "@/features/chart/drawings/drawing-layer";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { Interval } from "@/features/chart/intervals";

/** Puts a layer of drawings on a chart; gives what takes a half-done drawing back. */
export function useDrawingLayer(
  view: ChartView | null,
  colours: ChartColours | null,
  bars: BarColumns,
  interval: Interval,
  shown: { drawings: Drawing[]; selected: string | null; tool: DrawingKind | null },
  wishes: DrawingWishes,
): () => boolean {
  const layer = useRef<DrawingLayer | null>(null);
  const select = useEffectEvent(wishes.onSelect);
  const create = useEffectEvent(wishes.onCreate);
  const move = useEffectEvent(wishes.onMove);
  const isReady = view !== null && colours !== null;
  const make = useEffectEvent(
    () =>
      new DrawingLayer(view!.parts, colours!, {
        onSelect: (id) => select(id),
        onCreate: (kind, points) => create(kind, points),
        onMove: (drawing, points) => move(drawing, points),
      }),
  );
  useEffect(() => {
    if (!isReady || !view) return;
    const made = make();
    layer.current = made;
    return () => {
      layer.current = null;
      made.dispose();
    };
  }, [isReady, view]);
  useEffect(() => {
    if (colours) layer.current?.setColours(colours);
  }, [colours, view]);
  useEffect(() => layer.current?.setBars(bars, interval), [isReady, view, bars, interval]);
  useEffect(
    () => layer.current?.show(shown.drawings, shown.selected),
    [isReady, view, shown.drawings, shown.selected],
  );
  useEffect(() => layer.current?.setTool(shown.tool), [isReady, view, shown.tool]);
  return () => layer.current?.cancel() ?? false;
}
