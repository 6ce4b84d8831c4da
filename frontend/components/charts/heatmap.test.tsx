import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Heatmap, tickPlaces } from "@/components/charts/heatmap";

const cells = {
  columns: 3,
  lines: 2,
  values: Float64Array.of(1, 2, 3, 4, 5, 6),
  counts: new Uint32Array(6).fill(1),
};

function show(onOpen = vi.fn(), marks: Parameters<typeof Heatmap>[0]["marks"] = []) {
  render(
    <Heatmap
      label="Cells"
      summary="6 of 6 cells."
      cells={cells}
      scale={null}
      xTitle="fast"
      yTitle="slow"
      xLabels={["1", "2", "3"]}
      yLabels={["10", "20"]}
      outline={null}
      marks={marks}
      opened={null}
      onOpen={onOpen}
      describe={(place) => `cell ${place}`}
      renderOpened={() => null}
    />,
  );
  return { ground: screen.getByRole("application", { name: "Cells" }), onOpen };
}

const spoken = () => document.querySelector('[aria-live="polite"]')!.textContent;

beforeEach(() => {
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
});

describe("a heatmap by keyboard", () => {
  it("begins at the plateau, moves from cell to cell, stays inside and says where it is", () => {
    const { ground, onOpen } = show(vi.fn(), [{ column: 1, line: 0, kind: "plateau" }]);
    fireEvent.keyDown(ground, { key: "ArrowRight" });
    expect(spoken()).toBe("cell 1");
    fireEvent.keyDown(ground, { key: "ArrowUp" });
    expect(spoken()).toBe("cell 4");
    fireEvent.keyDown(ground, { key: "ArrowUp" });
    fireEvent.keyDown(ground, { key: "ArrowRight", shiftKey: true });
    expect(spoken()).toBe("cell 5");
    fireEvent.keyDown(ground, { key: "Home" });
    expect(spoken()).toBe("cell 3");
    fireEvent.keyDown(ground, { key: "Enter" });
    expect(onOpen).toHaveBeenCalledWith(3);
    fireEvent.keyDown(ground, { key: "Escape" });
    expect(spoken()).toBe("");
  });

  it("has a summary for those who do not see it", () => {
    const { ground } = show();
    const id = ground.getAttribute("aria-describedby")!;
    expect(document.getElementById(id)!.textContent).toMatch(/^6 of 6 cells\./);
  });
});

it("labels as many places as there is room for", () => {
  expect(tickPlaces(5, 10)).toEqual([0, 1, 2, 3, 4]);
  expect(tickPlaces(10, 4)).toEqual([0, 3, 6, 9]);
  expect(tickPlaces(3, 0)).toEqual([0]);
});
