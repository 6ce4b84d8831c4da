import { BellPlus } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import type { Interval } from "@/lib/api/contract";

/** Leads from an instrument to a new alert on it; with `drawingId`, on a drawing. */
export function AlertButton({
  symbol,
  interval,
  drawingId,
}: {
  symbol: string;
  interval: Interval;
  drawingId?: string;
}) {
  const query = new URLSearchParams({ symbol, interval, ...(drawingId && { drawing: drawingId }) });
  return (
    <Button asChild variant="ghost" size="sm" title="Set an alert on this symbol">
      <Link href={`/alerts/new?${query}`}>
        <BellPlus aria-hidden /> Alert
      </Link>
    </Button>
  );
}
