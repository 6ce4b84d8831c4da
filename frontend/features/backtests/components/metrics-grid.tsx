import { toneOf } from "@/components/common/figure";
import { HelpHint } from "@/components/common/help-hint";
import { formatMetric, isTinted, METRIC_GROUPS } from "@/features/backtests/metric-texts";
import type { MetricsRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";

/** Every figure of a run beside the same of buying and holding, each with a hint in plain words. */
export function MetricsGrid({
  metrics,
  benchmark,
  currency,
}: {
  metrics: MetricsRead;
  benchmark: MetricsRead | null;
  currency: string | null;
}) {
  return (
    <div className="gap-x-8 px-4 pb-2 md:columns-2 2xl:columns-3">
      {METRIC_GROUPS.map((group) => (
        <table key={group.title} className="mb-4 w-full break-inside-avoid text-[0.8125rem]">
          <caption className="pt-1 pb-1 text-left text-xs font-semibold">{group.title}</caption>
          <thead>
            <tr className="border-b text-xs text-muted-foreground">
              <th scope="col" className="sr-only">
                Figure
              </th>
              <th scope="col" className="w-[6.7rem] pb-1 text-right font-medium sm:w-32">
                This run
              </th>
              <th scope="col" className="w-[6.7rem] pb-1 text-right font-medium sm:w-32">
                Buy &amp; hold
              </th>
            </tr>
          </thead>
          <tbody>
            {group.metrics.map((text) => {
              const value = metrics[text.name];
              return (
                <tr key={text.name} className="border-b border-border/50 last:border-0">
                  <th scope="row" className="py-1 text-left font-normal">
                    <span className="flex items-center gap-0.5">
                      {text.label}
                      <HelpHint term={text.label}>{text.hint}</HelpHint>
                    </span>
                  </th>
                  <td
                    className={cn(
                      "py-1 text-right font-medium whitespace-nowrap",
                      isTinted(text) && toneOf(value),
                    )}
                  >
                    {formatMetric(text.format, value, currency)}
                  </td>
                  <td className="py-1 text-right whitespace-nowrap text-muted-foreground">
                    {benchmark ? formatMetric(text.format, benchmark[text.name], currency) : "–"}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      ))}
    </div>
  );
}
