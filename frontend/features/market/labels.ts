import type { AssetClass, Interval } from "@/lib/api/contract";

export const ASSET_CLASSES: Record<AssetClass, string> = {
  stock: "Stock",
  etf: "ETF",
  index: "Index",
  forex: "Currency",
  crypto: "Crypto",
  commodity: "Commodity",
  other: "Other",
};

export const INTERVALS: Record<Interval, string> = {
  "1min": "1 minute",
  "5min": "5 minutes",
  "15min": "15 minutes",
  "30min": "30 minutes",
  "45min": "45 minutes",
  "1h": "1 hour",
  "2h": "2 hours",
  "4h": "4 hours",
  "1day": "1 day",
  "1week": "1 week",
  "1month": "1 month",
};

export const INTERVAL_ORDER = Object.keys(INTERVALS) as Interval[];

export function isIntraday(interval: Interval): boolean {
  return !["1day", "1week", "1month"].includes(interval);
}

/** What the API takes for a symbol. */
export const SYMBOL = /^[A-Z0-9][A-Z0-9._/^-]{0,31}$/;

export function chartHref(symbol: string, interval?: Interval | null): string {
  const query = new URLSearchParams({ symbol });
  if (interval) query.set("interval", interval);
  return `/chart?${query}`;
}
