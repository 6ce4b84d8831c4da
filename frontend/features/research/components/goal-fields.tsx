"use client";

import { useId, type ReactNode } from "react";

import { HelpHint } from "@/components/common/help-hint";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { METRIC_TEXTS, type MetricName } from "@/features/backtests/metric-texts";
import type { SearchMethod } from "@/features/research/contract";
import type { SearchProblems, SearchSettings } from "@/features/research/search-settings";
import { METHOD_WORDS, metricLabel, OBJECTIVES } from "@/features/research/texts";

type Change = (change: Partial<SearchSettings>) => void;

export function Labelled({
  label,
  hint,
  problem,
  children,
}: {
  label: string;
  hint: ReactNode;
  problem?: string;
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="grid content-start gap-1.5">
      <span className="flex items-center gap-0.5">
        <Label htmlFor={id}>{label}</Label>
        <HelpHint term={label}>{hint}</HelpHint>
      </span>
      {children({ id, describedBy: problem ? `${id}-problem` : undefined })}
      {problem && (
        <p id={`${id}-problem`} role="alert" className="text-xs text-destructive">
          {problem}
        </p>
      )}
    </div>
  );
}

export function NumberField({
  label,
  hint,
  unit,
  value,
  placeholder,
  problem,
  onChange,
}: {
  label: string;
  hint: ReactNode;
  unit?: string;
  value: string;
  placeholder?: string;
  problem?: string;
  onChange: (text: string) => void;
}) {
  return (
    <Labelled label={label} hint={hint} problem={problem}>
      {({ id, describedBy }) => (
        <div className="relative">
          <Input
            id={id}
            inputMode="decimal"
            autoComplete="off"
            value={value}
            placeholder={placeholder}
            onChange={(event) => onChange(event.target.value)}
            aria-invalid={problem ? true : undefined}
            aria-describedby={describedBy}
            className={`text-right tabular-nums ${unit ? "pr-14" : ""}`}
          />
          {unit && (
            <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-xs text-muted-foreground">
              {unit}
            </span>
          )}
        </div>
      )}
    </Labelled>
  );
}

/** How the sets are chosen. */
export function MethodFields({
  search,
  methods,
  problems,
  onChange,
}: {
  search: SearchSettings;
  methods: readonly SearchMethod[];
  problems: SearchProblems;
  onChange: Change;
}) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      <Labelled
        label="Method"
        hint={methods.map((method) => (
          <p key={method}>
            {METHOD_WORDS[method].label}: {METHOD_WORDS[method].hint}
          </p>
        ))}
      >
        {({ id }) => (
          <Select value={search.method} onValueChange={(next) => onChange({ method: next as SearchMethod })}>
            <SelectTrigger id={id}>
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {methods.map((method) => (
                <SelectItem key={method} value={method}>
                  {METHOD_WORDS[method].label}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        )}
      </Labelled>
      {search.method !== "grid" && (
        <>
          <NumberField
            label="Sets to draw"
            hint="How many parameter sets are tried. None is tried twice."
            value={search.sets}
            problem={problems.sets}
            onChange={(sets) => onChange({ sets })}
          />
          <NumberField
            label="Seed"
            hint="The same seed draws the same sets, so that a search can be repeated."
            value={search.seed}
            problem={problems.seed}
            onChange={(seed) => onChange({ seed })}
          />
        </>
      )}
    </div>
  );
}

/** What the search looks for, and what it must not break. */
export function GoalFields({
  search,
  problems,
  onChange,
}: {
  search: SearchSettings;
  problems: SearchProblems;
  onChange: Change;
}) {
  return (
    <div className="grid gap-3">
      <Labelled
        label="Objective"
        hint="The figure that the search makes as high as it can. Sharpe weighs return against risk."
      >
        {({ id }) => (
          <Select
            value={search.objective}
            onValueChange={(next) => onChange({ objective: next as MetricName })}
          >
            <SelectTrigger id={id}>
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {OBJECTIVES.map((name) => (
                <SelectItem key={name} value={name}>
                  {metricLabel(name)}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        )}
      </Labelled>
      <p className="text-xs text-muted-foreground">{METRIC_TEXTS.get(search.objective)?.hint}</p>
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label="Trades at least"
          hint="A set with fewer trades is never chosen as the best: a handful of trades can be luck. Empty: no limit."
          value={search.minTrades}
          placeholder="no limit"
          problem={problems.minTrades}
          onChange={(minTrades) => onChange({ minTrades })}
        />
        <NumberField
          label="Drawdown at most"
          hint="A set that ever fell deeper than this is never chosen as the best. Empty: no limit."
          unit="%"
          value={search.maxDrawdown}
          placeholder="no limit"
          problem={problems.maxDrawdown}
          onChange={(maxDrawdown) => onChange({ maxDrawdown })}
        />
      </div>
    </div>
  );
}

/** The stretches that a walk-forward chooses on and is judged on. */
export function WindowFields({
  search,
  problems,
  onChange,
}: {
  search: SearchSettings;
  problems: SearchProblems;
  onChange: Change;
}) {
  const id = useId();
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label="Train on"
          hint="On so many bars the best set is chosen."
          unit="bars"
          value={search.trainBars}
          problem={problems.trainBars}
          onChange={(trainBars) => onChange({ trainBars })}
        />
        <NumberField
          label="Then test on"
          hint="So many bars after the training, which the choice has not seen, the chosen set trades. Then the next window begins."
          unit="bars"
          value={search.testBars}
          problem={problems.testBars}
          onChange={(testBars) => onChange({ testBars })}
        />
      </div>
      <div className="flex items-center justify-between gap-3">
        <span className="flex items-center gap-0.5">
          <Label htmlFor={id}>Anchored</Label>
          <HelpHint term="Anchored">
            Every training begins at the first bar and grows. Else it moves along and keeps its length.
          </HelpHint>
        </span>
        <Switch
          id={id}
          checked={search.isAnchored}
          onCheckedChange={(isAnchored) => onChange({ isAnchored })}
        />
      </div>
    </div>
  );
}
