import { expect, it, vi } from "vitest";

import type { ChartColours } from "@/features/chart/chart-colours";
import { SessionBands } from "@/features/chart/session-bands";

it("draws the lines between sessions over the grid, whose line for the day would hide them", () => {
  const bands = new SessionBands({ text: "#888888" } as ChartColours);
  const timeScale = {
    getVisibleLogicalRange: () => ({ from: 0, to: 9 }),
    logicalToCoordinate: (number: number) => number * 50,
    width: () => 500,
  };
  bands.attached({ chart: { timeScale: () => timeScale }, requestUpdate() {} } as never);
  bands.show({ starts: [4], outside: [[6, 7]] }, { text: "#888888" } as ChartColours);
  const drawn = (layer: string) => {
    const context = {
      fillRect: vi.fn(),
      moveTo: vi.fn(),
      lineTo: vi.fn(),
      beginPath() {},
      stroke() {},
      setLineDash() {},
    };
    const target = {
      useMediaCoordinateSpace: (draw: (space: unknown) => void) =>
        draw({ context, mediaSize: { width: 500, height: 100 } }),
    };
    for (const view of bands.paneViews())
      if (view.zOrder?.() === layer) view.renderer()!.draw(target as never);
    return { shades: context.fillRect.mock.calls, lines: context.moveTo.mock.calls };
  };
  expect(drawn("normal")).toEqual({ shades: [], lines: [[175.5, 0]] });
  expect(drawn("bottom")).toEqual({ shades: [[275, 0, 100, 100]], lines: [] });
});
