/** The geometry of parallel coordinates: one line for each row over axes that stand side by side. */

export type ParallelAxis = {
  name: string;
  label: string;
  min: number;
  max: number;
  values: Float64Array;
  print: (value: number) => string;
};

/** Where a value stands on its axis: 0 at the bottom, 1 at the top; the middle of an axis of one value. */
export function heightOn(axis: ParallelAxis, value: number): number {
  return axis.max > axis.min ? (value - axis.min) / (axis.max - axis.min) : 0.5;
}

/**
 * At most `most` of the rows, which come best first: the best half of that number, and of the rest every so many, so that
 * the whole spread stays in the picture.
 */
export function thinRows(rows: readonly number[], most: number): number[] {
  if (rows.length <= most) return [...rows];
  const best = Math.ceil(most / 2);
  const rest = rows.length - best;
  const wanted = most - best;
  return [
    ...rows.slice(0, best),
    ...Array.from({ length: wanted }, (_, i) => rows[best + Math.floor((i * rest) / wanted)]!),
  ];
}

/** The row whose line passes nearest to a point (0 to 1 over the axes and from the bottom); -1 beyond `reach`. */
export function nearestRow(
  axes: readonly ParallelAxis[],
  rows: readonly number[],
  x: number,
  y: number,
  reach: number,
): number {
  const at = Math.min(Math.max(x, 0), 1) * (axes.length - 1);
  const left = Math.min(Math.floor(at), axes.length - 2);
  const share = at - left;
  const [from, to] = [axes[left], axes[left + 1]];
  if (!from || !to) return -1;
  let found = -1;
  let least = reach;
  for (const row of rows) {
    const height = heightOn(from, from.values[row]!) * (1 - share) + heightOn(to, to.values[row]!) * share;
    const distance = Math.abs(height - y);
    // The first of equals: rows come best first.
    if (distance < least) [least, found] = [distance, row];
  }
  return found;
}
