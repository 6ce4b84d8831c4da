type Named = { strategy_name: string | null; symbol: string; interval: string; created_at: string };

/** "sma-crossover-aapl-1day-2026-07-01-trades.csv" */
export function fileName(run: Named, file: string): string {
  const name = `${run.strategy_name ?? "rule"} ${run.symbol} ${run.interval} ${run.created_at.slice(0, 10)}`;
  return `${name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "")}-${file}`;
}
