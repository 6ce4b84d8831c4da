"use client";

import { LoaderCircle } from "lucide-react";

import { VerdictBadge, verdictLook } from "@/components/common/verdict-badge";
import { formatMetric } from "@/features/backtests/metric-texts";
import { CheckRow, PendingCheckRow } from "@/features/backtests/components/check-row";
import {
  countChecks,
  LEVEL_MEANINGS,
  pendingChecks,
  verdictMeaning,
  VERDICT_WORDS,
  type Level,
} from "@/features/backtests/verdict-texts";
import type { MetricsRead, VerdictRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { toneOf } from "@/components/common/figure";

const LEVELS: Level[] = ["green", "amber", "red"];

const EDGES: Record<Level, string> = {
  green: "border-up/60 bg-up/6",
  amber: "border-warn/60 bg-warn/6",
  red: "border-down/60 bg-down/6",
};

function KeyFigure({
  label,
  value,
  note,
  tone,
}: {
  label: string;
  value: string;
  note?: string;
  tone?: string;
}) {
  return (
    <div>
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className={cn("text-lg leading-7 font-semibold whitespace-nowrap tabular-nums", tone)}>{value}</dd>
      {note && <dd className="text-xs whitespace-nowrap text-muted-foreground tabular-nums">{note}</dd>}
    </div>
  );
}

/** The four figures that say most, beside the same of buying and holding. */
function KeyFigures({ metrics, benchmark }: { metrics: MetricsRead; benchmark: MetricsRead | null }) {
  const beside = (format: "gain" | "loss" | "ratio", name: "total_return" | "max_drawdown" | "sharpe") =>
    benchmark ? `${formatMetric(format, benchmark[name], null)} buy & hold` : undefined;
  return (
    <dl className="flex flex-wrap gap-x-7 gap-y-3">
      <KeyFigure
        label="Total return"
        value={formatMetric("gain", metrics.total_return, null)}
        tone={toneOf(metrics.total_return)}
        note={beside("gain", "total_return")}
      />
      <KeyFigure
        label="Deepest drawdown"
        value={formatMetric("loss", metrics.max_drawdown, null)}
        note={beside("loss", "max_drawdown")}
      />
      <KeyFigure
        label="Sharpe"
        value={formatMetric("ratio", metrics.sharpe, null)}
        note={beside("ratio", "sharpe")}
      />
      <KeyFigure label="Trades" value={formatMetric("count", metrics.trades, null)} />
    </dl>
  );
}

/** The head of a report: whether to believe it, then in small what it says, then why. */
export function VerdictPanel({
  verdict,
  metrics,
  benchmark,
  currency,
}: {
  verdict: VerdictRead;
  metrics: MetricsRead;
  benchmark: MetricsRead | null;
  currency: string | null;
}) {
  const look = verdictLook(verdict.level);
  const words = VERDICT_WORDS[verdict.level];
  const Icon = look.icon;
  return (
    <section aria-labelledby="verdict-title" className="overflow-hidden rounded-lg bg-card">
      <div
        className={cn(
          "flex break-inside-avoid flex-wrap items-start justify-between gap-x-8 gap-y-4 border-l-4 px-4 py-4 md:px-5",
          EDGES[verdict.level],
        )}
      >
        <div className="flex min-w-0 gap-3 md:max-w-[60ch]">
          <Icon className={cn("mt-0.5 size-8 shrink-0", look.tone)} strokeWidth={1.75} aria-hidden />
          <div>
            <h2 id="verdict-title" className="text-xl leading-8 font-semibold text-balance">
              {words.title}
            </h2>
            <p className="text-muted-foreground">{verdictMeaning(verdict.level, metrics.total_return)}</p>
            <p className="mt-1 text-[0.8125rem] font-medium">{countChecks(verdict)}</p>
          </div>
        </div>
        <KeyFigures metrics={metrics} benchmark={benchmark} />
      </div>
      <ul className="divide-y divide-border/60">
        {verdict.checks.map((check) => (
          <CheckRow key={check.name} check={check} currency={currency} />
        ))}
      </ul>
      <div className="flex flex-wrap gap-x-5 gap-y-1 border-t px-4 py-2 text-xs text-muted-foreground md:px-5">
        {LEVELS.map((level) => (
          <span key={level} className="flex items-center gap-1.5">
            <VerdictBadge level={level} of="check" /> {LEVEL_MEANINGS[level]}
          </span>
        ))}
      </div>
    </section>
  );
}

/** The verdict while the run is under way: the checks appear one after the other. */
export function GrowingVerdict({
  verdict,
  currency,
}: {
  verdict: VerdictRead | null;
  currency: string | null;
}) {
  const made = verdict?.checks ?? [];
  const pending = pendingChecks(verdict);
  return (
    <section aria-labelledby="verdict-title" className="overflow-hidden rounded-lg bg-card">
      <div className="flex items-start gap-3 border-l-4 border-input px-4 py-4 md:px-5">
        <LoaderCircle className="mt-1 size-6 shrink-0 animate-spin text-primary" aria-hidden />
        <div role="status">
          <h2 id="verdict-title" className="text-base font-semibold">
            Can it be believed?
          </h2>
          <p className="text-[0.8125rem] text-muted-foreground">
            {made.length === 0
              ? "The checks appear here one by one."
              : `${made.length} of ${made.length + pending.length} checks are made.`}
          </p>
        </div>
      </div>
      <ul className="divide-y divide-border/60">
        {made.map((check) => (
          <CheckRow key={check.name} check={check} currency={currency} />
        ))}
        {pending.map(({ name, title, question }) => (
          <PendingCheckRow key={name} title={title} question={question} />
        ))}
      </ul>
    </section>
  );
}
