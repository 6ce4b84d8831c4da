import { drawCoverage, type SpanKind } from "@/features/feeds/coverage-line";
import { sayCoverage } from "@/features/feeds/coverage-words";
import type { BackfillRead, SeriesCoverage } from "@/lib/api/generated";
import { formatDate } from "@/lib/format";

const FILLS: Record<SpanKind, string> = {
  stored: "fill-primary/70",
  hole: "fill-warn",
  coming: "fill-muted-foreground/25",
};
const WIDTH = 1000;
const HEIGHT = 8;

/** The time line of a series: stored, missing, on its way. Said in words for those who do not see it. */
export function CoverageBar({
  symbol,
  series,
  backfill,
}: {
  symbol: string;
  series: SeriesCoverage;
  backfill: BackfillRead | null;
}) {
  const line = drawCoverage({ ...series, backfill });
  if (!line) return null;
  return (
    <div className="flex items-center gap-2 text-2xs text-muted-foreground tabular-nums">
      <span aria-hidden>{formatDate(line.start).slice(0, 7)}</span>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-2 min-w-0 flex-1 rounded-sm bg-muted"
        aria-hidden
      >
        {line.spans.map(({ kind, from, to, share = 1 }, index) => (
          <rect
            key={index}
            x={from * WIDTH}
            width={(to - from) * WIDTH}
            height={HEIGHT}
            opacity={0.2 + 0.8 * share}
            className={FILLS[kind]}
          />
        ))}
      </svg>
      <span aria-hidden>{formatDate(line.end).slice(0, 7)}</span>
      <span className="sr-only">{sayCoverage(symbol, series)}</span>
    </div>
  );
}
