import type { WalkForwardWindow } from "@/features/research/contract";
import { describeSet } from "@/features/research/ranges";
import { formatDate } from "@/lib/format";

const MOST_ROWS = 40;

/** Ends of a stretch as percent of the whole picture. */
export function placeSpan(
  span: readonly [number, number],
  whole: readonly [number, number],
): { left: number; width: number } {
  const length = Math.max(1, whole[1] - whole[0]);
  const left = ((span[0] - whole[0]) / length) * 100;
  return { left, width: Math.max(0.4, ((span[1] - span[0]) / length) * 100) };
}

function Bar({
  span,
  whole,
  className,
}: {
  span: readonly [number, number];
  whole: readonly [number, number];
  className: string;
}) {
  const { left, width } = placeSpan(span, whole);
  return (
    <span
      className={`absolute inset-y-0.5 rounded-[2px] ${className}`}
      style={{ left: `${left}%`, width: `${width}%` }}
    />
  );
}

/** Which bars chose and which were traded, window under window. */
export function WindowsPicture({ windows }: { windows: readonly WalkForwardWindow[] }) {
  const whole = [windows[0]!.train_start, windows.at(-1)!.test_end] as const;
  const shown = windows.slice(0, MOST_ROWS);
  return (
    <figure className="grid grid-cols-1 gap-2">
      <div className="flex flex-wrap gap-x-4 text-xs text-muted-foreground" aria-hidden>
        <span className="inline-flex items-center gap-1.5">
          <span className="h-2.5 w-5 rounded-[2px] bg-muted-foreground/40" /> Training: chooses
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span className="h-2.5 w-5 rounded-[2px] bg-primary" /> Test: is traded
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span className="h-2.5 w-5 rounded-[2px] border border-dashed border-primary" /> Test without a
          choice
        </span>
      </div>
      <div aria-hidden className="grid gap-px">
        {shown.map((window) => (
          <div
            key={window.test_start}
            className="relative h-4"
            title={`Trained ${formatDate(window.train_start)} to ${formatDate(window.train_end)}, tested ${formatDate(window.test_start)} to ${formatDate(window.test_end)}${window.parameters ? ` with ${describeSet(window.parameters)}` : ", no set was fit"}`}
          >
            <span className="absolute inset-y-0.5 right-0 left-0 rounded-[2px] bg-muted/60" />
            <Bar
              span={[window.train_start, window.train_end]}
              whole={whole}
              className="bg-muted-foreground/40"
            />
            <Bar
              span={[window.test_start, window.test_end]}
              whole={whole}
              className={window.parameters ? "bg-primary" : "border border-dashed border-primary"}
            />
          </div>
        ))}
      </div>
      <div aria-hidden className="flex justify-between text-xs text-muted-foreground tabular-nums">
        <span>{formatDate(whole[0])}</span>
        <span>{formatDate(whole[1])}</span>
      </div>
      <figcaption className="sr-only">
        {windows.length} windows from {formatDate(whole[0])} to {formatDate(whole[1])}; the table of windows
        has their dates.
      </figcaption>
      {windows.length > MOST_ROWS && (
        <p className="text-xs text-muted-foreground">
          The first {MOST_ROWS} of {windows.length} windows; the table has all.
        </p>
      )}
    </figure>
  );
}
