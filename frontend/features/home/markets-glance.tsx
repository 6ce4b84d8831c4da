import Link from "next/link";

import { Figure } from "@/components/common/figure";
import { Sparkline } from "@/components/common/sparkline";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { BringData } from "@/features/feeds/components/bring-data";
import { chartHref } from "@/features/market/labels";
import { StateLabel } from "@/features/watchlists/components/quote-cells";
import { useQuoteSnapshot, useRowFigures } from "@/features/watchlists/quotes";
import type { Instrument } from "@/lib/api/contract";

export function MarketsGlance({ instruments }: { instruments: Instrument[] | undefined }) {
  useQuoteSnapshot(instruments?.map((one) => one.id) ?? []);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Markets</CardTitle>
        <Button asChild variant="link" size="sm" className="h-auto px-0">
          <Link href="/markets">All markets</Link>
        </Button>
      </CardHeader>
      {!instruments && (
        <div className="grid gap-3 px-4 pb-4">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-8" />
          ))}
        </div>
      )}
      {instruments?.length === 0 && (
        <div className="px-4 pb-4">
          <p className="pb-2 text-[0.8125rem] text-muted-foreground">No market data yet.</p>
          <div className="flex flex-wrap gap-2">
            <BringData />
          </div>
        </div>
      )}
      <ul className="pb-2">
        {instruments?.map((instrument) => (
          <GlanceRow key={instrument.id} instrument={instrument} />
        ))}
      </ul>
    </Card>
  );
}

/** The newest price that is known, the same as in the watchlist. */
function GlanceRow({ instrument }: { instrument: Instrument }) {
  const figures = useRowFigures(instrument, true);
  return (
    <li>
      <Link
        href={chartHref(instrument.symbol)}
        className="focus-inset flex items-center gap-3 px-4 py-1.5 hover:bg-accent/60"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{instrument.symbol}</span>
          <StateLabel figures={figures} />
        </span>
        <Sparkline values={figures.sparkline} width={64} height={22} />
        <span className="w-18 text-right">
          <Figure value={figures.last} kind="price" className="block" />
          <Figure value={figures.changePercent} kind="percent" signed className="block text-xs" />
        </span>
      </Link>
    </li>
  );
}
