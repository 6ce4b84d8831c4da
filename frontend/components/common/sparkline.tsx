import { toneOf } from "@/components/common/figure";
import { cn } from "@/lib/cn";

/** The course of a few values as a line; it stands beside its figures, so it is hidden from readers. */
export function Sparkline({
  values,
  width = 96,
  height = 24,
  className,
}: {
  values: readonly number[];
  width?: number;
  height?: number;
  className?: string;
}) {
  const path = sparkPath(values, width, height);
  if (!path) return <span className={cn("inline-block", className)} style={{ width, height }} aria-hidden />;
  const change = values[values.length - 1]! - values[0]!;
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className={cn(toneOf(change) || "text-muted-foreground", className)}
      aria-hidden
    >
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.25" strokeLinejoin="round" />
    </svg>
  );
}

export function sparkPath(values: readonly number[], width: number, height: number): string {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length < 2) return "";
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const step = width / (finite.length - 1);
  return finite
    .map((value, index) => {
      const share = span === 0 ? 0.5 : (value - low) / span;
      const y = 1 + (1 - share) * (height - 2);
      return `${index === 0 ? "M" : "L"}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
