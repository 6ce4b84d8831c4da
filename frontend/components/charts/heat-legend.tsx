import { legendGradient, type HeatScale } from "@/components/charts/heat-scale";
import { MarkShape, type HeatMark } from "@/components/charts/heatmap";

const MARK_NAMES: Record<HeatMark["kind"], string> = { plateau: "Best plateau", best: "Best single set" };

/** What the colours and the marks of a heatmap mean. */
export function HeatLegend({
  scale,
  title,
  format,
  marks = [],
  hasOutline = false,
  hasMissing = true,
}: {
  scale: HeatScale | null;
  title: string;
  format: (value: number) => string;
  marks?: readonly HeatMark["kind"][];
  hasOutline?: boolean;
  /** Cells may lack a figure. */
  hasMissing?: boolean;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-xs text-muted-foreground">
      {scale && (
        <span className="inline-flex min-w-0 items-center gap-2">
          <span className="text-foreground">{title}</span>
          <span className="tabular-nums">{format(scale.low)}</span>
          <span
            aria-hidden
            className="relative h-2.5 w-24 rounded-[2px] sm:w-36"
            style={{ background: legendGradient(scale) }}
          >
            {scale.low < 0 && scale.high > 0 && (
              <span
                className="absolute -inset-y-0.5 w-px bg-foreground"
                style={{ left: `${(-scale.low / (scale.high - scale.low)) * 100}%` }}
              />
            )}
          </span>
          <span className="tabular-nums">{format(scale.high)}</span>
        </span>
      )}
      {marks.map((kind) => (
        <span key={kind} className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <svg aria-hidden width={16} height={16}>
            <MarkShape kind={kind} x={8} y={8} />
          </svg>
          {MARK_NAMES[kind]}
        </span>
      ))}
      {hasOutline && (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <span aria-hidden className="h-3 w-4 border-2 border-dashed border-foreground" />
          Its neighbourhood
        </span>
      )}
      {hasMissing && (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <span
            aria-hidden
            className="size-3 rounded-[2px]"
            style={{
              background:
                "repeating-linear-gradient(135deg, var(--muted-foreground) 0 1px, var(--grid) 1px 4px)",
            }}
          />
          No figure
        </span>
      )}{" "}
    </div>
  );
}
