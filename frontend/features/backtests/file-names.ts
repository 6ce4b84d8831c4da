type Named = { strategy_name: string | null; symbol: string; interval: string; created_at: string };

/** "sma-crossover-aapl-1day-2026-07-01-trades.csv" */
export function fileName(run: Named, file: string): string {
  const name = `${run.strategy_name ?? "rule"} ${run.symbol} ${run.interval} ${run.created_at.slice(0, 10)}`;
  return `${name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-|-$/g, "")}-${file}`;
}

/** Hands a file to the browser to keep. */
export function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address a moment after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
