import { DEFAULT_RUN_SETTINGS, runSettingsSchema, type RunSettings } from "@/features/backtests/run-settings";

const KEY = "flowrex.run-settings";

/** What the last run in this browser was asked with: the next one begins there. */
export function findLastSettings(): RunSettings {
  try {
    const parsed = runSettingsSchema.safeParse(JSON.parse(localStorage.getItem(KEY) ?? "null"));
    return parsed.success ? parsed.data : DEFAULT_RUN_SETTINGS;
  } catch {
    return DEFAULT_RUN_SETTINGS;
  }
}

export function keepLastSettings(settings: RunSettings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Only a convenience.
  }
}
