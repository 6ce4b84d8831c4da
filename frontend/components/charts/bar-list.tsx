import { LEVEL_COLOURS, type Level } from "@/components/charts/colours";
import { formatFigure, type ChartUnit } from "@/components/charts/units";
import { cn } from "@/lib/cn";

export type ListedBar = { label: string; value: number | null; level?: Level | null };

/** Where a bar lies, in percent of the room: from zero to its value. */
export function barPlace(value: number, low: number, high: number): { left: number; width: number } {
  const width = high - low || 1;
  const from = Math.min(0, value);
  const to = Math.max(0, value);
  return { left: ((from - low) / width) * 100, width: ((to - from) / width) * 100 };
}

/** Named figures as bars from one zero line; `reference` is a line through all of them. */
export function BarList({
  label,
  bars,
  unit,
  reference = null,
  currency = null,
  className,
}: {
  label: string;
  bars: readonly ListedBar[];
  unit: ChartUnit;
  reference?: number | null;
  currency?: string | null;
  className?: string;
}) {
  const values = bars.flatMap(({ value }) => (value === null ? [] : [value]));
  const low = Math.min(0, reference ?? 0, ...values);
  const high = Math.max(0, reference ?? 0, ...values);
  const isSigned = low < 0;
  return (
    <figure className={cn("min-w-0 break-inside-avoid", className)}>
      <figcaption className="sr-only">{label}</figcaption>
      <ul className="grid grid-cols-[fit-content(40%)_minmax(3rem,1fr)_auto] gap-x-2.5 gap-y-1 text-xs leading-5">
        {bars.map(({ label: name, value, level }) => {
          const place = value === null ? null : barPlace(value, low, high);
          const colour = level
            ? LEVEL_COLOURS[level]
            : value !== null && value < 0
              ? "var(--down)"
              : "var(--chart-1)";
          return (
            <li key={name} className="col-span-3 grid grid-cols-subgrid items-center">
              <span className="break-words">{name}</span>
              <span aria-hidden className="relative block h-3.5 rounded-[2px] bg-muted/60">
                {place && (
                  <span
                    className="absolute inset-y-0 min-w-px rounded-[2px]"
                    style={{ left: `${place.left}%`, width: `${place.width}%`, background: colour }}
                  />
                )}
                {reference !== null && reference !== 0 && (
                  <span
                    className="absolute -inset-y-0.5 border-l border-dashed border-foreground"
                    style={{ left: `${((reference - low) / (high - low || 1)) * 100}%` }}
                  />
                )}
              </span>
              <span className="text-right whitespace-nowrap tabular-nums">
                {formatFigure(unit, value, { signed: isSigned, currency })}
              </span>
            </li>
          );
        })}
      </ul>
      {reference !== null && reference !== 0 && (
        <p className="mt-1.5 flex items-center gap-1.5 text-xs text-muted-foreground">
          <span aria-hidden className="inline-block h-3 border-l border-dashed border-foreground" /> The line:{" "}
          <span className="tabular-nums">
            {formatFigure(unit, reference, { signed: isSigned, currency })}
          </span>
        </p>
      )}
    </figure>
  );
}
