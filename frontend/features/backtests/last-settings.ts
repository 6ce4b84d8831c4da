import { DEFAULT_RUN_SETTINGS, runSettingsSchema, type RunSettings } from "@/features/backtests/run-settings";

const KEY = "flowrex.run-settings";

/** What the last run in this browser was asked with: the next one begins there. */
export function findLastSettings(): RunSettings {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as object | null;
    // A field that is newer than what was kept has its default.
    const parsed = runSettingsSchema.safeParse({ ...DEFAULT_RUN_SETTINGS, ...kept });
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
