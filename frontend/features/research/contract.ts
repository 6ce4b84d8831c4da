/** Short names for the generated shapes that this room speaks of. */
import type { Method, SweepResults, SweepStatus } from "@/lib/api/generated";

export type {
  AxisRead as Axis,
  BestSet,
  OverfittingRead as Overfitting,
  PlateauSet as Plateau,
  SweepCreate as SweepRequest,
  SweepPreview,
  SweepRead as Sweep,
  SweepSummary,
  WalkForwardCreate as WalkForwardRequest,
  WalkForwardRead as WalkForward,
  WalkForwardSummary,
  WalkForwardWindow,
} from "@/lib/api/generated";

export type ResearchStatus = SweepStatus;
export type SearchMethod = Method;
export type ParameterSet = Record<string, number>;
/** A page of results; the sets' numbers are not needed here. */
export type ResultsPage = Omit<SweepResults, "sets">;
export type Limits = { min_trades?: number | null; max_drawdown?: number | null };
