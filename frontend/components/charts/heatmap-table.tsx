import { heatColour } from "@/components/charts/colours";
import { extentOf } from "@/components/charts/axes";
import { cn } from "@/lib/cn";
import { NO_FIGURE } from "@/lib/format";

/** Figures in cells, the stronger the colour the further from the centre; every cell carries its figure too. */
export function HeatmapTable({
  label,
  corner,
  columns,
  rows,
  format,
  centre,
  className,
}: {
  label: string;
  /** What the rows are. */
  corner: string;
  columns: readonly string[];
  rows: readonly { name: string; values: readonly (number | null)[]; total?: number | null }[];
  format: (value: number) => string;
  /** Two-sided colours around this value; left out: one colour from the least to the most. */
  centre?: number;
  className?: string;
}) {
  const values = rows.flatMap((row) => row.values);
  const [lowest, highest] = extentOf(values);
  const hasTotals = rows.some((row) => row.total !== undefined);
  const print = (value: number | null | undefined) =>
    value === null || value === undefined ? NO_FIGURE : format(value);
  return (
    <div
      className={cn("focus-inset overflow-x-auto", className)}
      role="region"
      aria-label={label}
      tabIndex={0}
    >
      <table className="heat-cells w-full border-separate border-spacing-0.5 text-xs tabular-nums">
        <thead>
          <tr className="text-muted-foreground">
            <th scope="col" className="px-1.5 py-1 text-left font-medium">
              {corner}
            </th>
            {columns.map((name) => (
              <th key={name} scope="col" className="px-1 py-1 text-right font-medium">
                {name}
              </th>
            ))}
            {hasTotals && (
              <th scope="col" className="px-1.5 py-1 text-right font-medium">
                Total
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row" className="px-1.5 py-1 text-left font-medium whitespace-nowrap">
                {row.name}
              </th>
              {row.values.map((value, i) => (
                <td
                  key={i}
                  className={cn(
                    "rounded-[3px] px-1 py-1 text-right whitespace-nowrap",
                    value === null && "text-muted-foreground",
                  )}
                  style={{ backgroundColor: heatColour(value, { lowest, highest, centre }) }}
                >
                  {print(value)}
                </td>
              ))}
              {hasTotals && (
                <td className="px-1.5 py-1 text-right font-semibold whitespace-nowrap">{print(row.total)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
