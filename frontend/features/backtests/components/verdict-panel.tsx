import { HelpHint } from "@/components/common/help-hint";
import { VerdictBadge, verdictLook } from "@/components/common/verdict-badge";
import { formatMetric } from "@/features/backtests/metric-texts";
import {
  checkWords,
  countChecks,
  LEVEL_MEANINGS,
  verdictMeaning,
  VERDICT_WORDS,
  type Level,
} from "@/features/backtests/verdict-texts";
import type { CheckRead, MetricsRead, VerdictRead } from "@/lib/api/generated";
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

/** The head of a report: whether to believe it, then in small what it says, then why. */
export function VerdictPanel({
  verdict,
  metrics,
  benchmark,
}: {
  verdict: VerdictRead;
  metrics: MetricsRead;
  benchmark: MetricsRead | null;
}) {
  const look = verdictLook(verdict.level);
  const words = VERDICT_WORDS[verdict.level];
  const Icon = look.icon;
  return (
    <section aria-labelledby="verdict" className="break-inside-avoid overflow-hidden rounded-lg bg-card">
      <div
        className={cn(
          "flex flex-wrap items-start justify-between gap-x-8 gap-y-4 border-l-4 px-4 py-4 md:px-5",
          EDGES[verdict.level],
        )}
      >
        <div className="flex min-w-0 gap-3 md:max-w-[60ch]">
          <Icon className={cn("mt-0.5 size-8 shrink-0", look.tone)} strokeWidth={1.75} aria-hidden />
          <div>
            <h2 id="verdict" className="text-xl leading-8 font-semibold text-balance">
              {words.title}
            </h2>
            <p className="text-muted-foreground">{verdictMeaning(verdict.level, metrics.total_return)}</p>
            <p className="mt-1 text-[0.8125rem] font-medium">{countChecks(verdict)}</p>
          </div>
        </div>
        <dl className="flex flex-wrap gap-x-7 gap-y-3">
          <KeyFigure
            label="Total return"
            value={formatMetric("gain", metrics.total_return, null)}
            tone={toneOf(metrics.total_return)}
            note={benchmark ? `${formatMetric("gain", benchmark.total_return, null)} buy & hold` : undefined}
          />
          <KeyFigure
            label="Deepest drawdown"
            value={formatMetric("loss", metrics.max_drawdown, null)}
            note={benchmark ? `${formatMetric("loss", benchmark.max_drawdown, null)} buy & hold` : undefined}
          />
          <KeyFigure
            label="Sharpe"
            value={formatMetric("ratio", metrics.sharpe, null)}
            note={benchmark ? `${formatMetric("ratio", benchmark.sharpe, null)} buy & hold` : undefined}
          />
          <KeyFigure label="Trades" value={formatMetric("count", metrics.trades, null)} />
        </dl>
      </div>
      <ul className="divide-y divide-border/60">
        {verdict.checks.map((check) => (
          <CheckRow key={check.name} check={check} />
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

function CheckRow({ check }: { check: CheckRead }) {
  const words = checkWords(check);
  return (
    <li className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-start gap-x-3 gap-y-1 px-4 py-2.5 md:grid-cols-[5.5rem_15rem_minmax(0,1fr)_9rem] md:px-5">
      <VerdictBadge level={check.level} of="check" className="justify-self-start" />
      <div className="min-w-0">
        <h3 className="flex items-center gap-0.5 text-[0.8125rem] leading-5 font-semibold">
          {words.title}
          {words.hint && <HelpHint term={words.title}>{words.hint}</HelpHint>}
        </h3>
        <p className="text-xs text-muted-foreground">{words.question}</p>
      </div>
      <p className="col-span-2 text-[0.8125rem] leading-5 md:col-span-1">{check.statement}</p>
      <p className="col-span-2 text-[0.8125rem] md:col-span-1 md:text-right">
        {words.figure && (
          <>
            <span className="font-medium whitespace-nowrap tabular-nums">{words.figure.text}</span>{" "}
            <span className="text-xs text-muted-foreground">{words.figure.unit}</span>
          </>
        )}
      </p>
    </li>
  );
}
