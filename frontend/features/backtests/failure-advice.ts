import type { RunFailureRead } from "@/lib/api/generated";

const ADVICE: Record<string, string> = {
  no_bars: "Choose another range or interval, or import bars for it.",
  interval_not_available: "Choose an interval that the instrument has, or import finer bars.",
  instrument_not_found: "It was deleted meanwhile. Import it again or choose another instrument.",
  data_not_usable: "Look at the instrument's bars and splits; correct the file and import it again.",
  run_too_long: "Choose a shorter range or a longer interval, or shorten the rule and its windows.",
  parameters_invalid: "Go back to the rule and set its parameters within their ranges.",
  rule_invalid: "Go back to the rule and correct what the editor marks.",
  internal_error: "Run it again. If it fails again, the worker's log says what went wrong.",
  worker_lost: "The worker stopped while it ran. Run it again; if it fails again, look at the worker's log.",
};

/** What to do about a run that failed. */
export function adviseOnFailure(failure: RunFailureRead): string {
  return (
    ADVICE[failure.code] ??
    "Check the rule and the range, then run it again. If it fails again, look at the worker's log."
  );
}
