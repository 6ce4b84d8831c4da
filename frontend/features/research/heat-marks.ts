import type { HeatMark, HeatOutline } from "@/components/charts/heatmap";
import type { ParameterSet } from "@/features/research/contract";
import { placeOf, spanOf, type GridAxis, type HeatGrid } from "@/features/research/heat-grid";
import { print } from "@/features/research/ranges";

/** Where a set stands on a grid, as a mark. */
export function markOf(grid: HeatGrid, set: Readonly<ParameterSet>, kind: HeatMark["kind"]): HeatMark[] {
  const column = placeOf(grid.x, set[grid.x.name] ?? Number.NaN);
  const line = grid.y ? placeOf(grid.y, set[grid.y.name] ?? Number.NaN) : 0;
  return column < 0 || line < 0 ? [] : [{ column, line, kind }];
}

/** The plateau's neighbourhood on a grid. */
export function outlineOf(
  grid: HeatGrid,
  ranges: Readonly<Record<string, readonly number[]>>,
): HeatOutline | null {
  const span = (axis: GridAxis): [number, number] | null => {
    const range = ranges[axis.name];
    return range ? spanOf(axis, range[0]!, range[1]!) : null;
  };
  const columns = span(grid.x);
  const lines: [number, number] | null = grid.y ? span(grid.y) : [0, 0];
  return columns && lines ? { columns, lines } : null;
}

/** The same grid as rows of figures, the highest y first, as in the picture. */
export function tableRows(grid: HeatGrid): { name: string; values: (number | null)[] }[] {
  const columns = grid.x.values.length;
  return (grid.y?.values ?? [Number.NaN])
    .map((y, line) => ({
      name: Number.isNaN(y) ? "" : print(y),
      values: Array.from({ length: columns }, (_, column) => {
        const value = grid.values[line * columns + column]!;
        return Number.isFinite(value) ? value : null;
      }),
    }))
    .reverse();
}
