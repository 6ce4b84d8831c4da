import { HelpHint } from "@/components/common/help-hint";
import { Histogram } from "@/components/charts/histogram";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { OpenSetButton, SetFigures } from "@/features/research/components/set-popover";
import { ToneNote } from "@/features/research/components/tone-note";
import type { BestSet, Sweep } from "@/features/research/contract";
import { describeSet, print } from "@/features/research/ranges";
import {
  describeLimits,
  explainOverfitting,
  explainPlateau,
  metricLabel,
  printMetric,
  warnOfEdge,
} from "@/features/research/texts";
import { cn } from "@/lib/cn";
import { formatPercent, formatPlural } from "@/lib/format";

const PLATEAU = "Best plateau";
const KEY_METRICS = ["total_return", "sharpe", "max_drawdown", "trades"];

function keyMetrics(objective: string): string[] {
  return [objective, ...KEY_METRICS.filter((name) => name !== objective)];
}

function Pick({
  sweep,
  set,
  title,
  note,
  isPreferred,
}: {
  sweep: Sweep;
  set: BestSet;
  title: string;
  note: string;
  isPreferred: boolean;
}) {
  return (
    <section
      aria-label={title}
      className={cn(
        "grid content-start gap-2 rounded-md border p-3",
        isPreferred ? "border-primary/60 bg-primary/6" : "border-border",
      )}
    >
      <h3 className="flex items-center justify-between gap-2 text-[0.8125rem] font-semibold">
        {title}
        {isPreferred && <Badge variant="primary">Preferred</Badge>}
      </h3>
      <p className="font-medium tabular-nums">{describeSet(set.parameters)}</p>
      <p className="min-h-8 text-xs text-muted-foreground tabular-nums">{note}</p>
      <SetFigures metrics={set.metrics} names={keyMetrics(sweep.objective)} />
      <div className="mt-1">
        <OpenSetButton
          sweepId={sweep.id}
          parameters={{ ...sweep.fixed, ...set.parameters }}
          variant={isPreferred ? "default" : "outline"}
          label={title === PLATEAU ? "Open the plateau's report" : "Open its report"}
        />
      </div>
    </section>
  );
}

/** The plateau beside the single best set, and which of them to take. */
export function SweepPicks({ sweep }: { sweep: Sweep }) {
  const { best, plateau, objective } = sweep;
  const limits = describeLimits(sweep.constraints);
  const isLosing = (best?.metrics.total_return ?? 1) <= 0;
  const edge = plateau && warnOfEdge(plateau, sweep.axes);
  const isNoise = sweep.overfitting !== null && explainOverfitting(sweep.overfitting)?.tone === "bad";
  return (
    <Card>
      <CardHeader>
        <CardTitle className="flex items-center gap-0.5">
          Plateau or peak
          <HelpHint term="Plateau">
            A stretch of neighbouring sets that all do well. A rule on a plateau still works when the market
            shifts a little; a lone peak does not.
          </HelpHint>
        </CardTitle>
      </CardHeader>
      <CardContent className="grid grid-cols-1 gap-3">
        {!best ? (
          <p className="text-[0.8125rem] text-muted-foreground">
            No set keeps the limits{limits && ` (${limits})`}. Loosen them, widen the ranges, or take more
            bars.
          </p>
        ) : (
          <>
            <p className="max-w-[75ch] text-[0.8125rem] leading-5">
              {isLosing
                ? "Even the best set lost money. There is nothing here to prefer: change the rule, not its numbers."
                : plateau
                  ? explainPlateau(best, plateau, objective)
                  : "No plateau was found: the good sets stand alone, each among worse ones. Take the best one with great care."}
            </p>
            {edge && !isLosing && <p className="max-w-[75ch] text-[0.8125rem] leading-5 text-warn">{edge}</p>}
            {isNoise && !isLosing && (
              <p className="max-w-[75ch] text-[0.8125rem] leading-5 text-muted-foreground">
                With a probability of overfitting of {formatPercent(sweep.overfitting!.pbo, { digits: 0 })}{" "}
                neither should be trusted as it stands. Walk the rule forward before believing either.
              </p>
            )}
            <div className="grid gap-3 sm:grid-cols-2">
              {plateau && (
                <Pick
                  sweep={sweep}
                  set={plateau}
                  title={PLATEAU}
                  isPreferred={!isLosing}
                  note={`${Object.entries(plateau.ranges)
                    .map(([name, [low, high]]) => `${name} ${print(low)} to ${print(high)}`)
                    .join(
                      ", ",
                    )}: median ${metricLabel(objective)} ${printMetric(objective, plateau.median_objective)} over ${formatPlural(plateau.neighbours + 1, "set")}`}
                />
              )}
              <Pick
                sweep={sweep}
                set={best}
                title="Best single set"
                isPreferred={false}
                note={`Highest ${metricLabel(objective)} of ${formatPlural(sweep.sets_done, "set")}${limits ? ` with ${limits}` : ""}.`}
              />
            </div>
          </>
        )}
      </CardContent>
    </Card>
  );
}

/** How likely it is that the search picked noise, with the picture behind it. */
export function OverfittingCard({ sweep }: { sweep: Sweep }) {
  const told = sweep.overfitting && explainOverfitting(sweep.overfitting);
  return (
    <Card>
      <CardHeader>
        <CardTitle className="flex items-center gap-0.5">
          Did the search pick noise?
          <HelpHint term="Probability of backtest overfitting">
            PBO after Bailey, Borwein, López de Prado and Zhu (2015): the bars are cut into blocks, half of
            them choose the best set, the other half judge it, in all combinations. Below 20% is good, from
            50% on the choice is no better than a draw.
          </HelpHint>
        </CardTitle>
        {told && (
          <span className="text-lg font-semibold tabular-nums">
            {formatPercent(sweep.overfitting!.pbo, { digits: 0 })}{" "}
            <span className="text-xs font-normal text-muted-foreground">PBO</span>
          </span>
        )}
      </CardHeader>
      <CardContent className="grid grid-cols-1 gap-3">
        {told ? (
          <>
            <ToneNote tone={told.tone} headline={told.headline}>
              {told.sentence}
            </ToneNote>
            {sweep.overfitting!.logits.counts.length > 0 && (
              <div>
                <p className="text-xs text-muted-foreground">
                  How the winner of one half ranked on the other. Left of 0: below the middle.
                </p>
                <Histogram
                  label="Rank of the chosen set out of sample (logit)"
                  edges={sweep.overfitting!.logits.edges}
                  counts={sweep.overfitting!.logits.counts}
                  unit="ratio"
                  isTwoSided
                  height={150}
                />
              </div>
            )}
          </>
        ) : (
          <p className="text-[0.8125rem] text-muted-foreground">
            Too few sets or bars to say. A search of more sets on more bars can be judged.
          </p>
        )}
      </CardContent>
    </Card>
  );
}
