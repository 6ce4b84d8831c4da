import { RESEARCH_DRAFT } from "@/features/research/use-search-start";
import { keepDraft } from "@/features/strategies/drafts";

/** Where the rule of a run is swept, beginning with the run's market, costs and values. */
export function sweepPathOfRun(runId: string): string {
  return `/research/sweeps/new?run=${runId}`;
}

/** Where a saved rule is swept; a text that no version holds is left for the form to pick up. */
export function sweepPathOfRule(rule: { strategyId: string } | { source: string }): string {
  if ("strategyId" in rule) return `/research/sweeps/new?strategy=${rule.strategyId}`;
  keepDraft(RESEARCH_DRAFT, rule.source);
  return "/research/sweeps/new?draft";
}
