import { expect, it, vi } from "vitest";

import { CompareLines } from "@/features/chart/compare-lines";
import type { ChartColours } from "@/features/chart/chart-colours";
import type { ChartParts } from "@/features/chart/chart-setup";
import { DrawingLayer } from "@/features/chart/drawings/drawing-layer";

const COLOURS = { lines: ["#000"] } as unknown as ChartColours;

/** A chart that records what is asked of it; a removed one would draw each request in its next frame, and throw. */
function fakeChart() {
  const requestUpdate = vi.fn();
  const candles = {
    attachPrimitive: vi.fn((primitive) => primitive.attached({ requestUpdate })),
    detachPrimitive: vi.fn(),
  };
  const chart = { addSeries: vi.fn(), removeSeries: vi.fn() };
  const stop = new AbortController();
  const container = document.createElement("div");
  const parts = { chart, candles, container, gone: stop.signal } as unknown as ChartParts;
  return { parts, requestUpdate, candles, chart, remove: () => stop.abort() };
}

it("asks nothing of a removed chart from the layer of drawings", () => {
  const { parts, requestUpdate, candles, remove } = fakeChart();
  const layer = new DrawingLayer(parts, COLOURS, { onSelect() {}, onCreate() {}, onMove() {} });
  layer.show([], null);
  expect(requestUpdate).toHaveBeenCalledTimes(1);
  remove();
  layer.show([], null);
  layer.dispose();
  expect(requestUpdate).toHaveBeenCalledTimes(1);
  expect(candles.detachPrimitive).not.toHaveBeenCalled();
});

it("draws no compared line on a removed chart", () => {
  const { parts, chart, remove } = fakeChart();
  const lines = new CompareLines(parts);
  remove();
  lines.show([{ symbol: "IBM", colour: 0, values: new Float64Array(1) }], [60], COLOURS);
  expect(chart.addSeries).not.toHaveBeenCalled();
});
