export const UNSAVED = "Unsaved rule";
const MOST_LETTERS = 40;

/**
 * What a run's rule is called: its strategy; else what its first comment line says before a colon, as the rules of the
 * library and the examples begin; else that it was never saved.
 */
export function ruleName(run: { strategy_name: string | null; source?: string }): string {
  return run.strategy_name ?? nameInComment(run.source ?? "") ?? UNSAVED;
}

function nameInComment(source: string): string | null {
  const first = source.trimStart().split("\n", 1)[0]!;
  const name = /^#\s*([^:]+):/.exec(first)?.[1]?.trim();
  return name && name.length <= MOST_LETTERS ? name : null;
}
