import type { Limits, ParameterSet, ResultsPage } from "@/features/research/contract";

/** Sets of a sweep in columns, in the order in which they were finished. NaN is "no figure". */
export type Results = {
  /** The server's sequence up to which they are here. */
  sequence: number;
  isComplete: boolean;
  count: number;
  parameters: Readonly<Record<string, Float64Array>>;
  metrics: Readonly<Record<string, Float64Array>>;
};

export const NO_RESULTS: Results = {
  sequence: 0,
  isComplete: false,
  count: 0,
  parameters: {},
  metrics: {},
};

type Columns = Readonly<Record<string, Float64Array>>;

function append(
  columns: Columns,
  more: Record<string, (number | null)[]>,
  count: number,
  added: number,
): Columns {
  const names = new Set([...Object.keys(columns), ...Object.keys(more)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const joined = new Float64Array(count + added).fill(Number.NaN);
      const before = columns[name];
      if (before) joined.set(before.subarray(0, count));
      const values = more[name] ?? [];
      for (let i = 0; i < added; i += 1) joined[count + i] = values[i] ?? Number.NaN;
      return [name, joined];
    }),
  );
}

/** How many sets a page brings. */
export function pageSize(page: ResultsPage): number {
  const first = Object.values(page.parameters)[0] ?? Object.values(page.metrics)[0];
  return first?.length ?? 0;
}

/**
 * The results with a page more. `after` is the sequence that the page was asked for: one that does not begin where the
 * results end was overtaken by another answer and changes nothing, so that no set counts twice.
 */
export function appendPage(results: Results, after: number, page: ResultsPage): Results {
  if (after !== results.sequence) return results;
  const added = pageSize(page);
  if (added === 0 && page.sequence === results.sequence && page.complete === results.isComplete)
    return results;
  return {
    sequence: page.sequence,
    isComplete: page.complete,
    count: results.count + added,
    parameters: added
      ? append(results.parameters, page.parameters, results.count, added)
      : results.parameters,
    metrics: added ? append(results.metrics, page.metrics, results.count, added) : results.metrics,
  };
}

/** The parameters of one set. */
export function setAt(results: Results, row: number): ParameterSet {
  return Object.fromEntries(Object.entries(results.parameters).map(([name, values]) => [name, values[row]!]));
}

/** The figures of one set; null where there is none. */
export function figuresAt(results: Results, row: number): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(results.metrics).map(([name, values]) => {
      const value = values[row]!;
      return [name, Number.isFinite(value) ? value : null];
    }),
  );
}

/** The row that holds exactly these parameters; -1 when it is not here yet. */
export function findRow(results: Results, set: Readonly<ParameterSet>): number {
  const columns = Object.entries(set).flatMap(([name, value]) => {
    const column = results.parameters[name];
    return column ? [{ column, value }] : [];
  });
  if (columns.length === 0) return -1;
  for (let row = 0; row < results.count; row += 1) {
    if (
      columns.every(
        ({ column, value }) => Math.abs(column[row]! - value) <= 1e-9 * Math.max(1, Math.abs(value)),
      )
    )
      return row;
  }
  return -1;
}

/** Whether a set keeps the limits of the search. Without the figures for it, it does not. */
export function keepsLimits(results: Results, row: number, limits: Limits): boolean {
  const trades = results.metrics.trades?.[row];
  const drawdown = results.metrics.max_drawdown?.[row];
  if (limits.min_trades && !(trades! >= limits.min_trades)) return false;
  if (limits.max_drawdown && !(drawdown! >= -limits.max_drawdown)) return false;
  return true;
}

/** The rows with the highest figures, best first; sets that break the limits come after all that keep them. */
export function bestRows(results: Results, metric: string, most: number, limits: Limits = {}): number[] {
  const column = results.metrics[metric];
  if (!column) return [];
  const keeping: number[] = [];
  const breaking: number[] = [];
  for (let row = 0; row < results.count; row += 1) {
    if (!Number.isFinite(column[row]!)) continue;
    if (keepsLimits(results, row, limits)) keeping.push(row);
    else breaking.push(row);
  }
  const order = (a: number, b: number) => column[b]! - column[a]! || a - b;
  keeping.sort(order);
  // Those that break the limits matter only where the others do not fill the list.
  return keeping.length >= most
    ? keeping.slice(0, most)
    : [...keeping, ...breaking.sort(order).slice(0, most - keeping.length)];
}
