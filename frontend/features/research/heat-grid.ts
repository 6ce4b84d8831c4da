import type { Axis } from "@/features/research/contract";
import type { Results } from "@/features/research/results";

export type Reduction = "best" | "median";

/** Columns or rows of a heatmap: single values, or bins where an axis has too many to see. */
export type GridAxis = {
  name: string;
  /** The value of each place; for bins their middle. */
  values: number[];
  /** The lower ends and the last upper end; null where every place is one value. */
  edges: number[] | null;
};

/** Figures over two axes, row by row from the lowest y; NaN where nothing is (yet). */
export type HeatGrid = {
  x: GridAxis;
  /** null: one axis alone, one row. */
  y: GridAxis | null;
  values: Float64Array;
  counts: Uint32Array;
  /** For each place the set that stands for it: the best one; -1 where there is none. */
  rows: Int32Array;
};

/** Beyond this a place is less than a pixel on most screens. */
const MOST_PLACES = 500;
const BINS = 40;
const FEWEST_BINS = 12;

/** How many places an axis of a drawn search gets: so few sets would be dust on a fine one. */
export function placesFor(sets: number): number {
  return Math.min(BINS, Math.max(FEWEST_BINS, Math.round(Math.sqrt(sets))));
}

/** An axis of the picture: all values that will come, so that the picture keeps its shape while it fills. */
export function toGridAxis(axis: Axis, mostPlaces = MOST_PLACES): GridAxis {
  if (axis.values && axis.values.length <= mostPlaces)
    return { name: axis.name, values: [...axis.values].sort((a, b) => a - b), edges: null };
  const bins = Math.min(BINS, mostPlaces);
  const width = (axis.max - axis.min) / bins || 1;
  const edges = Array.from({ length: bins + 1 }, (_, i) => axis.min + width * i);
  return {
    name: axis.name,
    values: edges.slice(0, -1).map((edge) => Number((edge + width / 2).toPrecision(3))),
    edges,
  };
}

/** The place of a value on an axis; -1 when it is none of it. */
export function placeOf(axis: GridAxis, value: number): number {
  if (axis.edges) {
    const first = axis.edges[0]!;
    const last = axis.edges.at(-1)!;
    if (!(value >= first && value <= last)) return -1;
    return Math.min(
      axis.values.length - 1,
      Math.floor(((value - first) / (last - first)) * axis.values.length),
    );
  }
  let low = 0;
  let high = axis.values.length - 1;
  const near = 1e-9 * Math.max(1, Math.abs(value));
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = axis.values[middle]!;
    if (Math.abs(at - value) <= near) return middle;
    if (at < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function median(sorted: number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Lays the sets out over two axes; where several fall on one place the best or the median of them stands. */
export function buildHeatGrid(
  results: Results,
  x: GridAxis,
  y: GridAxis | null,
  metric: string,
  reduction: Reduction,
): HeatGrid {
  const size = x.values.length * (y?.values.length ?? 1);
  const grid: HeatGrid = {
    x,
    y,
    values: new Float64Array(size).fill(Number.NaN),
    counts: new Uint32Array(size),
    rows: new Int32Array(size).fill(-1),
  };
  const figures = results.metrics[metric];
  const xs = results.parameters[x.name];
  const ys = y ? results.parameters[y.name] : null;
  if (!figures || !xs || (y && !ys)) return grid;
  const members = reduction === "median" ? new Map<number, number[]>() : null;
  for (let row = 0; row < results.count; row += 1) {
    const column = placeOf(x, xs[row]!);
    const line = y ? placeOf(y, ys![row]!) : 0;
    if (column < 0 || line < 0) continue;
    const place = line * x.values.length + column;
    grid.counts[place]! += 1;
    const value = figures[row]!;
    const best = grid.rows[place]!;
    if (best < 0 || (Number.isFinite(value) && !(figures[best]! >= value))) grid.rows[place] = row;
    if (members && Number.isFinite(value)) {
      const list = members.get(place);
      if (list) list.push(value);
      else members.set(place, [value]);
    }
  }
  for (let place = 0; place < size; place += 1) {
    const row = grid.rows[place]!;
    if (row < 0) continue;
    if (!members) grid.values[place] = figures[row]!;
    else {
      const list = members.get(place);
      if (list) grid.values[place] = median(list.sort((a, b) => a - b));
    }
  }
  return grid;
}

/** The places from `low` to `high` of an axis, both included; null when none lies between. */
export function spanOf(axis: GridAxis, low: number, high: number): [number, number] | null {
  if (axis.edges) {
    const first = placeOf(axis, Math.max(low, axis.edges[0]!));
    const last = placeOf(axis, Math.min(high, axis.edges.at(-1)!));
    return first < 0 || last < first ? null : [first, last];
  }
  const near = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  const first = axis.values.findIndex((value) => value >= low - near);
  const last = axis.values.findLastIndex((value) => value <= high + near);
  return first < 0 || last < first ? null : [first, last];
}

export type HeatAnswer = {
  x: number[];
  y: number[];
  values: (number | null)[][];
  counts: number[][];
};

/** The grid of a heatmap that the server laid out, for sweeps too large to be held here. No place knows its set. */
export function toHeatGrid(answer: HeatAnswer | undefined, xName: string, yName: string | null): HeatGrid {
  const x = { name: xName, values: answer?.x ?? [0], edges: null };
  const y = yName === null ? null : { name: yName, values: answer?.y ?? [0], edges: null };
  const size = x.values.length * (y?.values.length ?? 1);
  return {
    x,
    y,
    values: Float64Array.from({ length: size }, (_, place) => {
      const value = answer?.values[Math.floor(place / x.values.length)]?.[place % x.values.length];
      return value ?? Number.NaN;
    }),
    counts: Uint32Array.from(answer?.counts.flat() ?? [0]),
    rows: new Int32Array(size).fill(-1),
  };
}
