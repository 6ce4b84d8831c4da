import type { BackfillRead, HoleRead, SeriesCoverage } from "@/lib/api/generated";

export type SpanKind = "stored" | "hole" | "coming";

/** A piece of the time line, in fractions of its width. */
export interface Span {
  kind: SpanKind;
  from: number;
  to: number;
  /** Of a hole: how much of it is missing, 0 to 1. A bar here and there is no gaping hole. */
  share?: number;
}

export interface CoverageLine {
  start: number;
  end: number;
  spans: Span[];
}

/** A hole thinner than this could not be seen. */
const THINNEST = 0.004;

type Series = Pick<SeriesCoverage, "first_bar_at" | "last_bar_at" | "holes" | "expected"> & {
  backfill: Pick<BackfillRead, "start" | "end" | "done_from" | "again"> | null;
};

const seconds = (at: string) => Date.parse(at) / 1000;

/** Where bars are stored, where they lack and where they are on their way. Null: nothing of it yet. */
export function drawCoverage({
  first_bar_at,
  last_bar_at,
  holes,
  backfill,
  expected,
}: Series): CoverageLine | null {
  const first = first_bar_at ? seconds(first_bar_at) : null;
  const last = last_bar_at ? seconds(last_bar_at) : null;
  const edges = [first, last, backfill && seconds(backfill.start), backfill && seconds(backfill.end)].filter(
    (edge) => edge !== null,
  );
  if (edges.length === 0) return null;
  const start = Math.min(...edges);
  const end = Math.max(...edges, start + 1);
  const place = (at: number) => Math.min(1, Math.max(0, (at - start) / (end - start)));
  const spans: Span[] = [];
  const add = (kind: SpanKind, from: number, to: number) => {
    if (place(to) > place(from)) spans.push({ kind, from: place(from), to: place(to) });
  };
  // Bars come newest first: what lies before the place reached is still to come.
  if (backfill && !backfill.again) add("coming", seconds(backfill.start), seconds(backfill.done_from));
  if (first !== null && last !== null) add("stored", first, Math.max(last, first + (end - start) * THINNEST));
  for (const hole of holes) {
    const from = place(seconds(hole.start));
    const to = Math.min(1, Math.max(place(seconds(hole.end)), from + THINNEST));
    const isComing =
      backfill !== null &&
      seconds(hole.start) >= seconds(backfill.start) &&
      seconds(hole.end) <= seconds(backfill.done_from);
    const span = { from: Math.min(from, 1 - THINNEST), to };
    if (isComing) spans.push({ kind: "coming", ...span });
    else spans.push({ kind: "hole", ...span, share: shareOf(hole, expected, first, last) });
  }
  return { start, end, spans };
}

/** How much of a hole is missing, by how many bars the series has in such a time. */
function shareOf(
  { start, end, missing }: HoleRead,
  expected: number | null,
  first: number | null,
  last: number | null,
): number {
  if (expected === null || first === null || last === null || last <= first) return 1;
  const usual = (expected * (seconds(end) - seconds(start))) / (last - first);
  return usual > 0 ? Math.min(1, missing / usual) : 1;
}

/** The longest holes first. */
export function sortHoles(holes: readonly HoleRead[]): HoleRead[] {
  return [...holes].sort((a, b) => b.missing - a.missing || b.start.localeCompare(a.start));
}
