import type { ProviderRead } from "@/lib/api/generated";
import { formatCount, formatDateTime } from "@/lib/format";

export interface ProviderWords {
  /** In two or three words: what stands on the badge. */
  label: string;
  tone: "up" | "warn" | "outline";
  /** What it means, and what to do about it. */
  note: string | null;
}

const TO_SET_UP: Record<string, string> = {
  twelvedata:
    "Get a key at twelvedata.com: the free plan costs nothing and gives 8 credits a minute and 800 a day, one credit a symbol. Set it as TWELVEDATA_API_KEY and start Flowrex again.",
};

/** Where a provider stands for the one who looks. */
export function describeProvider(provider: ProviderRead): ProviderWords {
  if (!provider.is_configured)
    return {
      label: provider.name === "twelvedata" ? "needs a key" : "switched off",
      tone: "outline",
      note: TO_SET_UP[provider.name] ?? provider.problem,
    };
  if (!provider.can_use)
    return {
      label: "for admins only",
      tone: "warn",
      note: `The data of a key belongs to its owner. If the provider's terms allow showing it to others, whoever runs this installation says so with ${provider.name.toUpperCase()}_SHARED=true.`,
    };
  if (provider.silent_since)
    return {
      label: "not answering",
      tone: "warn",
      note: `It has not answered since ${formatDateTime(provider.silent_since)} UTC. Flowrex asks again every few minutes.`,
    };
  if (provider.is_simulated)
    return {
      label: "made-up prices",
      tone: "warn",
      note: "Invented markets that move, for trying things out. Nothing about them is real.",
    };
  if (provider.credits?.left_today === 0)
    return {
      label: "day's credits spent",
      tone: "warn",
      note: "Searching shows what was found before. Fetching goes on at 00:00 UTC.",
    };
  if (provider.credits?.left_this_minute === 0)
    return { label: "minute's credits spent", tone: "warn", note: "It can be asked again within a minute." };
  return { label: "ready", tone: "up", note: null };
}

/** "6 of 8 this minute, 793 of 800 today"; null without a quota. */
export function sayQuota({ credits }: ProviderRead): string | null {
  if (!credits) return null;
  const parts: string[] = [];
  if (credits.per_minute !== null)
    parts.push(`${formatCount(credits.left_this_minute)} of ${formatCount(credits.per_minute)} this minute`);
  if (credits.per_day !== null)
    parts.push(`${formatCount(credits.left_today)} of ${formatCount(credits.per_day)} today`);
  return parts.length > 0 ? parts.join(", ") : null;
}

/** What to do when a provider could not be searched, by the code of the problem. */
export function adviseOnSearch(code: string): string {
  switch (code) {
    case "provider_busy":
      return "Search again in a minute. What was found before is shown.";
    case "provider_quota_exhausted":
      return "It can be searched again after 00:00 UTC. What was found before is shown.";
    case "provider_key_refused":
      return "Whoever runs this installation has to check the key.";
    case "provider_plan_lacks":
      return "The key's plan does not include this.";
    default:
      return "Search again in a moment. What was found before is shown.";
  }
}
