import { Badge } from "@/components/ui/badge";
import type { ProviderBadge } from "@/lib/api/generated";

/** Where data comes from, in two words; nothing for one's own files. */
export function SourceBadge({ provider }: { provider: ProviderBadge | null }) {
  if (!provider) return null;
  return provider.is_simulated ? (
    <Badge variant="warn">made-up prices</Badge>
  ) : (
    <Badge variant="primary">{provider.title}</Badge>
  );
}
