/** The API's shapes, written by hand from the design until the generated client stands. */
export type AssetClass = "stock" | "etf" | "index" | "forex" | "crypto" | "commodity" | "other";
export type Interval =
  "1min" | "5min" | "15min" | "30min" | "45min" | "1h" | "2h" | "4h" | "1day" | "1week" | "1month";

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface User {
  id: string;
  email: string;
  display_name: string;
  role: "member" | "admin";
  created_at?: string;
}

export interface Instrument {
  id: string;
  symbol: string;
  name: string | null;
  exchange: string | null;
  asset_class: AssetClass;
  currency: string | null;
  timezone: string;
  calendar: string | null;
  scope: "installation" | "private";
  intervals: Interval[];
  first_bar_at: string | null;
  last_bar_at: string | null;
  last_close: number | null;
  change: number | null;
  sparkline: number[];
}

export interface Bars {
  symbol: string;
  interval: Interval;
  time: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
}

export interface Split {
  date: string;
  ratio: number;
}

export type JobStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface ImportRead {
  id: string;
  symbol?: string;
  interval?: Interval;
  status: JobStatus;
  progress: number;
  rows_read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  problems: { line: number; reason: string }[];
  error?: { code: string; detail: string } | null;
}

export interface RuleProblem {
  line: number;
  column: number;
  code: string;
  message: string;
}

export interface RuleParameter {
  name: string;
  default: number;
  min: number;
  max: number;
  step: number;
}

export interface RuleCheck {
  ok: boolean;
  errors: RuleProblem[];
  parameters: RuleParameter[];
  outputs: string[];
}

export interface Strategy {
  id: string;
  name: string;
  version: number;
  source: string;
  parameters: RuleParameter[];
  created_at?: string;
  updated_at?: string;
}

export type VerdictLevel = "green" | "amber" | "red";

export interface Verdict {
  level: VerdictLevel;
  checks: { name: string; level: VerdictLevel; statement: string; figure: unknown }[];
}

export type Metrics = Record<string, number | null>;

/** A run in a list. */
export interface RunSummary {
  id: string;
  status: JobStatus;
  progress: number;
  error: { code: string; detail: string } | null;
  symbol: string;
  interval: Interval;
  strategy_id: string | null;
  strategy_version: number | null;
  strategy_name: string | null;
  level: VerdictLevel | null;
  total_return: number | null;
  cagr: number | null;
  sharpe: number | null;
  max_drawdown: number | null;
  trades: number | null;
  final_equity: number | null;
  benchmark_return: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface Backtest {
  id: string;
  status: JobStatus;
  progress: number;
  error: { code: string; detail: string } | null;
  manifest: Record<string, unknown> | null;
  verdict: Verdict | null;
  metrics: Metrics | null;
  benchmark: Metrics | null;
  created_at?: string;
  symbol?: string;
  interval?: Interval;
  strategy_name?: string | null;
}
