"use client";

import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { DIRECTION_WORDS, type AlertDraft } from "@/features/alerts/alert-form";
import type { useConditionCheck } from "@/features/alerts/api";
import { useWatchableDrawings } from "@/features/alerts/api";
import { Field } from "@/features/alerts/components/field";
import { describeDrawing } from "@/features/chart/drawings/drawing";
import { RuleEditor } from "@/features/strategies/components/rule-editor";
import { useRowFigures } from "@/features/watchlists/quotes";
import type { Instrument } from "@/lib/api/contract";
import { ApiProblem } from "@/lib/api/problem";
import { cn } from "@/lib/cn";
import { formatCount, formatDate, formatDateTime, formatPlural, formatPrice } from "@/lib/format";

/** What the condition is made of, by its kind. */
export function ConditionFields({
  draft,
  change,
  error,
  mistake,
  instrument,
}: {
  draft: AlertDraft;
  change: (part: Partial<AlertDraft>) => void;
  /** Of the check. */
  error: unknown;
  /** What keeps it from being saved. */
  mistake: string | null;
  instrument: Instrument | null;
}) {
  const drawings = useWatchableDrawings(draft.kind === "drawing" ? (instrument?.id ?? null) : null);
  if (draft.kind === "rule") {
    const problems = error instanceof ApiProblem && error.code === "rule_invalid" ? error.errors : [];
    const marks = problems.map((one) => ({
      line: one.line ?? 1,
      column: one.column ?? 1,
      code: one.code ?? "",
      message: one.message,
    }));
    return (
      <div className="overflow-hidden rounded-md border">
        <RuleEditor
          source={draft.source}
          onChange={(source) => change({ source })}
          problems={marks}
          onSave={() => undefined}
          onRun={() => undefined}
          describedBy="alert-rule-help"
          className="h-28"
        />
        <p
          id="alert-rule-help"
          className={cn(
            "border-t px-3 py-2 text-xs",
            marks[0] || mistake ? "text-destructive" : "text-muted-foreground",
          )}
        >
          {marks[0]
            ? `Line ${marks[0].line}, column ${marks[0].column}: ${marks[0].message}`
            : (mistake ??
              "The last line is the condition: true or false on each bar. Lines before it may give names.")}
        </p>
      </div>
    );
  }
  if (draft.kind === "price")
    return (
      <div className="grid gap-1.5">
        <div className="flex flex-wrap items-end gap-2">
          <Picked
            label="Direction"
            value={draft.direction}
            onChange={(direction) => change({ direction: direction as AlertDraft["direction"] })}
            choices={["crosses", "crosses_above", "crosses_below"]}
          />
          <Field label="Price" id="alert-level">
            <Input
              id="alert-level"
              inputMode="decimal"
              autoComplete="off"
              aria-invalid={mistake !== null}
              aria-describedby={mistake === null ? undefined : "alert-level-error"}
              className="w-32 text-right tabular-nums"
              value={draft.level}
              onChange={(event) => change({ level: event.target.value })}
            />
          </Field>
          {instrument && <LastPrice instrument={instrument} />}
        </div>
        {mistake && (
          <p id="alert-level-error" role="alert" className="text-[0.8125rem] text-destructive">
            {mistake}
          </p>
        )}
      </div>
    );
  const items = drawings.data ?? [];
  const chosen = items.find((one) => one.id === draft.drawingId);
  const isBand = chosen?.kind === "rectangle";
  if (drawings.isSuccess && items.length === 0)
    return (
      <p
        role={mistake ? "alert" : undefined}
        className={cn("text-[0.8125rem]", mistake ? "text-destructive" : "text-muted-foreground")}
      >
        Nothing is drawn on this instrument yet. Draw a line or a rectangle on its chart first.
      </p>
    );
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Picked
        label="Direction"
        value={draft.drawingDirection}
        onChange={(one) => change({ drawingDirection: one as AlertDraft["drawingDirection"] })}
        choices={isBand ? ["crosses", "enters", "leaves"] : ["crosses", "crosses_above", "crosses_below"]}
      />
      <div className="grid gap-1.5">
        <Label htmlFor="alert-drawing">Drawing</Label>
        <Select
          value={draft.drawingId}
          onValueChange={(drawingId) => change({ drawingId, drawingDirection: "crosses" })}
        >
          <SelectTrigger id="alert-drawing" className="w-64">
            <SelectValue placeholder="Choose" />
          </SelectTrigger>
          <SelectContent>
            {items.map((one) => (
              <SelectItem key={one.id} value={one.id}>
                {describeDrawing(one)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
        {mistake && (
          <p role="alert" className="text-[0.8125rem] text-destructive">
            {mistake}
          </p>
        )}
      </div>
    </div>
  );
}

/** Beside a level: where the price stands. */
function LastPrice({ instrument }: { instrument: Instrument }) {
  const { last } = useRowFigures(instrument, true);
  if (last === null) return null;
  return <p className="py-2 text-[0.8125rem] text-muted-foreground tabular-nums">Last {formatPrice(last)}</p>;
}

function Picked({
  label,
  value,
  onChange,
  choices,
}: {
  label: string;
  value: keyof typeof DIRECTION_WORDS;
  onChange: (value: string) => void;
  choices: (keyof typeof DIRECTION_WORDS)[];
}) {
  return (
    <div className="grid gap-1.5">
      <Label htmlFor="alert-direction">{label}</Label>
      <Select value={value} onValueChange={onChange}>
        <SelectTrigger id="alert-direction" className="w-40">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          {choices.map((one) => (
            <SelectItem key={one} value={one}>
              {DIRECTION_WORDS[one]}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
    </div>
  );
}

/** How often the condition would have been true. */
export function CheckAnswer({
  check,
  isByDay,
}: {
  check: ReturnType<typeof useConditionCheck>;
  isByDay: boolean;
}) {
  const isRuleProblem = check.error instanceof ApiProblem && check.error.code === "rule_invalid";
  return (
    <p aria-live="polite" className="min-h-5 text-[0.8125rem] text-muted-foreground tabular-nums">
      {!check.isAsked
        ? "Once there is a condition, this says how often it would have fired."
        : check.isFetching
          ? "Looking at the stored bars…"
          : isRuleProblem
            ? ""
            : check.isError
              ? check.error.message
              : check.data &&
                (check.data.bars === 0
                  ? "No bars are stored yet."
                  : `Would have fired ${formatPlural(check.data.count, "time")} in the last ${formatCount(check.data.bars)} bars` +
                    (check.data.last_at
                      ? `, last on ${isByDay ? formatDate(check.data.last_at) : `${formatDateTime(check.data.last_at)} UTC`}.`
                      : "."))}
    </p>
  );
}
