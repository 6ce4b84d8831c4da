"use client";

import { useState, type KeyboardEvent } from "react";

import type { ChartColours } from "@/features/chart/chart-colours";
import type { ChartView } from "@/features/chart/chart-view";
import type { DrawingKind } from "@/features/chart/drawings/drawing";
import { useDrawingLayer } from "@/features/chart/drawings/use-drawing-layer";
import { useDrawings } from "@/features/chart/drawings/use-drawings";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { Interval } from "@/features/chart/intervals";

const TYPING = "input, textarea, select, [contenteditable=true]";

/** Drawings on a chart: kept on the server, drawn over the bars, with a tool, a selection and keys. */
export function useChartDrawings(
  instrumentId: string,
  interval: Interval,
  adjust: "splits" | "none",
  chart: ChartView | null,
  colours: ChartColours | null,
  bars: BarColumns,
) {
  const [tool, setTool] = useState<DrawingKind | null>(null);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const drawings = useDrawings(instrumentId, interval, adjust, setSelectedId);
  const selected = drawings.all.find(({ id }) => id === selectedId) ?? null;
  const cancel = useDrawingLayer(
    chart,
    colours,
    bars,
    interval,
    { drawings: drawings.all, selected: selectedId, tool },
    {
      onSelect: setSelectedId,
      onCreate: (kind, points) => {
        setTool(null);
        drawings.add(kind, points);
      },
      onMove: drawings.move,
    },
  );

  function onKey(event: KeyboardEvent) {
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && drawings.undo) {
      drawings.undo();
      done();
    } else if ((event.key === "Delete" || event.key === "Backspace") && selected) {
      drawings.remove(selected);
      done();
    } else if (event.key === "Escape") {
      const had = cancel();
      if (!had && tool === null && selectedId === null) return;
      if (!had && tool === null) setSelectedId(null);
      setTool(null);
      done();
    }
  }

  return {
    onKey,
    toolbar: { tool, onTool: setTool, drawings, selected, onSelect: setSelectedId },
  };
}
