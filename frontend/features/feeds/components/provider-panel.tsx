"use client";

import { Badge } from "@/components/ui/badge";
import { Progress } from "@/components/ui/progress";
import { describeProvider, sayQuota } from "@/features/feeds/provider-words";
import type { ProviderRead } from "@/lib/api/generated";
import { formatCount } from "@/lib/format";

/** Each provider with where it stands, what to set up, and what is left of its quota. */
export function ProviderPanel({ providers }: { providers: ProviderRead[] }) {
  return (
    <ul className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-3 sm:grid-cols-2 xl:grid-cols-3">
      {providers.map((provider) => {
        const { label, tone, note } = describeProvider(provider);
        return (
          <li key={provider.name} className="min-w-0">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{provider.title}</span>
              <Badge variant={tone}>{label}</Badge>
              {provider.is_delayed && <Badge variant="outline">delayed</Badge>}
            </p>
            {note && <p className="text-xs text-muted-foreground">{note}</p>}
            {provider.attribution && !provider.is_simulated && (
              <p className="text-xs text-muted-foreground">{provider.attribution}</p>
            )}
            {provider.is_configured && <Quota provider={provider} />}
          </li>
        );
      })}
    </ul>
  );
}

function Quota({ provider }: { provider: ProviderRead }) {
  const words = sayQuota(provider);
  if (!words || !provider.credits) return null;
  const { per_day: day, left_today: left } = provider.credits;
  return (
    <>
      <p className="text-xs tabular-nums">Credits left: {words}</p>
      {day !== null && left !== null && (
        <Progress
          value={left / day}
          aria-label={`${provider.title}: ${formatCount(left)} of ${formatCount(day)} credits left today`}
          className="mt-1 max-w-56"
        />
      )}
    </>
  );
}
