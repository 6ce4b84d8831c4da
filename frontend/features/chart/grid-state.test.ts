import { describe, expect, it } from "vitest";

import {
  changePane,
  gridOfLayout,
  layoutOf,
  readGrid,
  reshape,
  writeGrid,
} from "@/features/chart/grid-state";

const read = (text: string) => readGrid(new URLSearchParams(text));
const AAPL = "symbol=AAPL&interval=1day&range=1Y&adjust=splits";

describe("a grid of charts", () => {
  it("of one is an address as it always was", () => {
    expect(read(AAPL)).toEqual({ shape: "1", active: 0, isLinked: false, panes: [AAPL] });
    expect(writeGrid(read(AAPL))).toBe(AAPL);
  });

  it("comes back from its address", () => {
    let grid = changePane(reshape(read(AAPL), "4"), 2, { symbol: "EUR/USD", interval: "1h" });
    grid = { ...grid, active: 1, isLinked: true };
    const again = read(writeGrid(grid));
    expect(again).toEqual(grid);
    expect(new URLSearchParams(again.panes[2]).get("symbol")).toBe("EUR/USD");
    expect(new URLSearchParams(writeGrid(grid)).get("symbol")).toBe("AAPL");
  });

  it("keeps the active chart when there are fewer", () => {
    const four = changePane({ ...reshape(read(AAPL), "4"), active: 3 }, 3, { symbol: "IBM" });
    expect(reshape(four, "1").panes[0]).toContain("symbol=IBM");
    const two = reshape(four, "2s");
    expect(two.active).toBe(1);
    expect(two.panes[1]).toContain("symbol=IBM");
  });

  it("falls back where the address is nonsense", () => {
    expect(read(`${AAPL}&grid=9&at=77&link=x`)).toMatchObject({ shape: "1", active: 0, isLinked: false });
    expect(read(`${AAPL}&grid=2&at=-1`)).toMatchObject({ shape: "2", active: 0 });
  });

  it("is saved without the stretch that was in view, and restored", () => {
    const grid = changePane(reshape(read(AAPL), "2"), 1, {
      symbol: "MSFT",
      window: { from: 0, to: 86_400 },
      range: null,
    });
    const saved = JSON.parse(JSON.stringify(layoutOf(grid)));
    expect(saved.panes[1]).toMatchObject({ symbol: "MSFT", interval: "1day" });
    const restored = gridOfLayout(saved)!;
    expect(restored.panes[1]).toBe("symbol=MSFT&interval=1day&range=1Y&adjust=splits");
    expect(gridOfLayout({ version: 1, panes: [] })).toBeNull();
    expect(gridOfLayout({ version: 1, panes: [{ symbol: "IBM", interval: "1h" }] })?.panes[0]).toContain(
      "IBM",
    );
  });
});
