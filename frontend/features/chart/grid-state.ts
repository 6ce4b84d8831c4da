/** Several charts on one page, as the address says it. Pure. */
import { readChartState, usualRange, writeChartState, type ChartState } from "@/features/chart/chart-state";

export const GRID_SHAPES = ["1", "2", "2s", "4"] as const;
/** One chart, two side by side, two stacked, four. */
export type GridShape = (typeof GRID_SHAPES)[number];

export type ChartGrid = {
  shape: GridShape;
  /** Which chart the controls act on, from 0. */
  active: number;
  /** Crosshair and time go together. */
  isLinked: boolean;
  /** Each chart's state as its own query, so that equal text means nothing changed. */
  panes: string[];
};

export function paneCount(shape: GridShape): number {
  return Number(shape[0]);
}

const OWN = new Set(["grid", "at", "link", "p1", "p2", "p3", "p4"]);

/** The address's main part is the active chart, so that a link to one chart is as it always was. */
export function readGrid(params: URLSearchParams): ChartGrid {
  const shape = GRID_SHAPES.find((one) => one === params.get("grid")) ?? "1";
  const count = paneCount(shape);
  const at = Number(params.get("at") ?? "1");
  const active = Number.isInteger(at) && at >= 1 && at <= count ? at - 1 : 0;
  const main = new URLSearchParams([...params].filter(([name]) => !OWN.has(name)));
  const panes = Array.from({ length: count }, (_, i) =>
    i === active ? main.toString() : (params.get(`p${i + 1}`) ?? main.toString()),
  );
  return { shape, active, isLinked: params.get("link") === "1", panes };
}

export function writeGrid(grid: ChartGrid): string {
  const main = grid.panes[grid.active] ?? "";
  if (grid.shape === "1") return main;
  const parts = [main, `grid=${grid.shape}`, `at=${grid.active + 1}`];
  if (grid.isLinked) parts.push("link=1");
  grid.panes.forEach((pane, i) => {
    if (i !== grid.active) parts.push(`p${i + 1}=${encodeURIComponent(pane)}`);
  });
  return parts.filter(Boolean).join("&");
}

export function changePane(grid: ChartGrid, index: number, change: Partial<ChartState>): ChartGrid {
  const state = { ...readChartState(new URLSearchParams(grid.panes[index])), ...change };
  return { ...grid, panes: grid.panes.with(index, writeChartState(state)) };
}

/** Another arrangement; charts that come new begin as copies of the active one. */
export function reshape(grid: ChartGrid, shape: GridShape): ChartGrid {
  const count = paneCount(shape);
  const own = grid.panes[grid.active]!;
  // One chart left: the active one stays.
  if (count === 1) return { ...grid, shape, active: 0, panes: [own] };
  const panes = Array.from({ length: count }, (_, i) => grid.panes[i] ?? own);
  const active = Math.min(grid.active, count - 1);
  return { ...grid, shape, active, panes: grid.active < count ? panes : panes.with(active, own) };
}

/** What a saved layout holds. */
export type LayoutState = {
  version: 1;
  grid: { shape: GridShape; active: number; isLinked: boolean };
  panes: { symbol: string; interval: string; indicators: unknown[]; query: string }[];
};

/** A layout keeps what the charts are, not the stretch of time they were at when it was saved. */
export function layoutOf(grid: ChartGrid): LayoutState {
  return {
    version: 1,
    grid: { shape: grid.shape, active: grid.active, isLinked: grid.isLinked },
    panes: grid.panes.map((query) => {
      const state = readChartState(new URLSearchParams(query));
      const kept = { ...state, window: null, range: state.range ?? usualRange(state.interval) };
      return {
        symbol: state.symbol ?? "",
        interval: state.interval ?? "1day",
        indicators: state.indicators,
        query: writeChartState(kept),
      };
    }),
  };
}

/** The grid of a saved layout; null when it is none that this version understands. */
export function gridOfLayout(state: Record<string, unknown>): ChartGrid | null {
  const { grid, panes } = state as Partial<LayoutState>;
  if (!Array.isArray(panes) || panes.length === 0) return null;
  const shape = GRID_SHAPES.find((one) => one === grid?.shape) ?? "1";
  const queries = panes.map((pane) =>
    typeof pane?.query === "string"
      ? writeChartState(readChartState(new URLSearchParams(pane.query)))
      : `symbol=${encodeURIComponent(String(pane?.symbol))}&interval=${String(pane?.interval)}`,
  );
  const count = paneCount(shape);
  const active =
    Number.isInteger(grid?.active) && grid!.active >= 0 && grid!.active < count ? grid!.active : 0;
  return {
    shape,
    active,
    isLinked: grid?.isLinked === true,
    panes: Array.from({ length: count }, (_, i) => queries[i] ?? queries[0]!),
  };
}
