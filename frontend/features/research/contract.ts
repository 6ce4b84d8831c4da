/** The shapes of the research API that this room speaks of, in one place. */
import type { RunTerms } from "@/features/backtests/run-settings";
import type { BacktestCreate, Interval, MetricsRead } from "@/lib/api/generated";

export type ResearchStatus = "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";
export type SearchMethod = "grid" | "random" | "tpe";
export type ParameterSet = Record<string, number>;
export type MetricSet = Partial<Record<keyof MetricsRead, number | null>>;

export type RangeRequest = { min: number; max: number; step: number } | { values: number[] };
export type Constraints = { min_trades?: number | null; max_drawdown?: number | null };

export type SearchRequest = Omit<BacktestCreate, "parameters"> & {
  method: SearchMethod;
  ranges: Record<string, RangeRequest>;
  fixed?: ParameterSet;
  sets?: number;
  seed?: number;
  objective?: string;
  constraints?: Constraints;
};
export type SweepRequest = SearchRequest;
export type WalkForwardRequest = SearchRequest & {
  method: Exclude<SearchMethod, "tpe">;
  train_bars: number;
  test_bars: number;
  anchored: boolean;
};

export type Axis = { name: string; values: number[] | null; min: number; max: number; count: number };
export type SweepPreview = {
  sets: number;
  shards: number;
  bars: number;
  estimated_seconds: number | null;
  axes: Axis[];
};

type Summary = {
  id: string;
  status: ResearchStatus;
  progress: number;
  error: { code: string; detail: string } | null;
  strategy_id: string | null;
  strategy_name: string | null;
  strategy_version: number | null;
  symbol: string;
  interval: Interval;
  method: SearchMethod;
  objective: string;
  sets: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
};

export type BestSet = { parameters: ParameterSet; metrics: MetricSet };
export type Plateau = BestSet & {
  median_objective: number | null;
  neighbours: number;
  ranges: Record<string, [number, number]>;
};
export type Overfitting = {
  pbo: number | null;
  logits: { edges: number[]; counts: number[] };
  sets_used: number;
};
type Terms = RunTerms;
type Search = { constraints: Constraints; axes: Axis[]; fixed: ParameterSet; seed: number };

export type SweepSummary = Summary & {
  sets_done: number;
  eta_seconds: number | null;
  best: BestSet | null;
};
export type Sweep = SweepSummary &
  Terms &
  Search & { plateau: Plateau | null; overfitting: Overfitting | null };

export type WalkForwardWindow = {
  train_start: number;
  train_end: number;
  test_start: number;
  test_end: number;
  parameters: ParameterSet | null;
  train: MetricSet | null;
  test: MetricSet | null;
};
export type WalkForwardCurves = {
  time: number[];
  stitched: (number | null)[];
  in_sample: (number | null)[];
  benchmark: (number | null)[];
};
export type WalkForwardSummary = Summary & {
  train_bars: number;
  test_bars: number;
  anchored: boolean;
  efficiency: number | null;
  metrics: MetricSet | null;
};
export type WalkForward = WalkForwardSummary &
  Terms &
  Search & {
    cancel_requested: boolean;
    windows: WalkForwardWindow[];
    curves: WalkForwardCurves | null;
  };

export type ResultsPage = {
  sequence: number;
  complete: boolean;
  parameters: Record<string, number[]>;
  metrics: Record<string, (number | null)[]>;
};
