"use client";

import { useId } from "react";

import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { countOf, findRangeProblem, print, type Ranges, type RangeTexts } from "@/features/research/ranges";
import type { ParameterRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatPlural } from "@/lib/format";

type Field = "min" | "max" | "step" | "fixed";

function RangeRow({
  parameter,
  texts,
  onChange,
}: {
  parameter: ParameterRead;
  texts: RangeTexts;
  onChange: (texts: RangeTexts) => void;
}) {
  const id = useId();
  const problem = findRangeProblem(parameter, texts);
  const count = countOf(texts);
  const field = (name: Field, label: string) => (
    <label className="grid gap-1 text-xs text-muted-foreground" key={name}>
      {label}
      <Input
        inputMode="decimal"
        autoComplete="off"
        className="h-8 text-right text-foreground tabular-nums"
        aria-label={`${parameter.name} ${label.toLowerCase()}`}
        aria-invalid={problem?.field === name || undefined}
        aria-describedby={`${id}-note`}
        value={texts[name]}
        onChange={(event) => onChange({ ...texts, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <div
      role="group"
      aria-label={parameter.name}
      className="grid gap-x-4 gap-y-2 py-3 sm:grid-cols-[minmax(8rem,14rem)_minmax(0,24rem)] sm:items-end"
    >
      <div className="min-w-0">
        <label className="flex items-center gap-2.5">
          <Checkbox
            checked={texts.isVaried}
            disabled={parameter.min === parameter.max}
            onCheckedChange={(checked) => onChange({ ...texts, isVaried: checked === true })}
            aria-label={`Vary ${parameter.name}`}
          />
          <span className="truncate font-mono text-[0.8125rem]">{parameter.name}</span>
        </label>
        <p
          id={`${id}-note`}
          role={problem ? "alert" : undefined}
          className={cn(
            "mt-1 pl-7 text-xs tabular-nums",
            problem ? "text-destructive" : "text-muted-foreground",
          )}
        >
          {problem?.message ??
            (texts.isVaried
              ? `${formatPlural(count, "value")} of ${print(parameter.min)} to ${print(parameter.max)}`
              : `kept; the rule says ${print(parameter.default)}`)}
        </p>
      </div>
      {texts.isVaried ? (
        <div className="grid grid-cols-3 gap-2">
          {field("min", "From")}
          {field("max", "To")}
          {field("step", "Step")}
        </div>
      ) : (
        <div className="grid grid-cols-3 gap-2">{field("fixed", "Value")}</div>
      )}
    </div>
  );
}

/** Which parameters a search varies, over which values. */
export function RangeRows({
  parameters,
  ranges,
  onChange,
}: {
  parameters: readonly ParameterRead[];
  ranges: Ranges;
  onChange: (ranges: Ranges) => void;
}) {
  return (
    <div className="divide-y divide-border/60">
      {parameters.map((parameter) => {
        const texts = ranges[parameter.name];
        return (
          texts && (
            <RangeRow
              key={parameter.name}
              parameter={parameter}
              texts={texts}
              onChange={(next) => onChange({ ...ranges, [parameter.name]: next })}
            />
          )
        );
      })}
    </div>
  );
}
