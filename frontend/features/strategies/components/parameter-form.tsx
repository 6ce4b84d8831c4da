"use client";

import { RotateCcw } from "lucide-react";
import { useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Slider } from "@/components/ui/slider";
import { readNumber, decimalsOf } from "@/features/backtests/run-settings";
import type { ParameterRead } from "@/lib/api/generated";
import { formatNumber } from "@/lib/format";

/** The values a run uses: what was set, where it still fits its parameter, else the default. */
export function parameterValues(
  parameters: readonly ParameterRead[],
  set: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    parameters.map(({ name, default: initial, min, max }) => {
      const value = set[name];
      return [name, value !== undefined && value >= min && value <= max ? value : initial];
    }),
  );
}

function print(value: number): string {
  return formatNumber(value, { digits: decimalsOf(value) });
}

function ParameterRow({
  parameter,
  value,
  onChange,
  onMakeDefault,
}: {
  parameter: ParameterRead;
  value: number;
  onChange: (value: number) => void;
  onMakeDefault: (() => void) | null;
}) {
  const id = useId();
  const { name, default: initial, min, max, step } = parameter;
  const [typed, setTyped] = useState<string | null>(null);
  // Said on leaving the field, when the text goes back to the value that counts.
  const [isRefused, setRefused] = useState(false);
  const typedValue = typed === null ? value : readNumber(typed);
  const isWrong = !(typedValue >= min && typedValue <= max);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_5.5rem] items-center gap-x-3 gap-y-1 py-2">
      <label htmlFor={id} className="flex min-w-0 items-baseline justify-between gap-2">
        <span className="truncate font-mono text-[0.8125rem]">{name}</span>
        <span id={`${id}-range`} className="shrink-0 text-xs text-muted-foreground tabular-nums">
          {print(min)} to {print(max)}, step {print(step)}
        </span>
      </label>
      <Input
        id={id}
        inputMode="decimal"
        className="row-span-2 h-9 text-right tabular-nums"
        value={typed ?? String(value)}
        aria-invalid={isWrong || undefined}
        aria-describedby={isWrong || isRefused ? `${id}-range ${id}-refused` : `${id}-range`}
        onChange={(event) => {
          setRefused(false);
          setTyped(event.target.value);
          const next = readNumber(event.target.value);
          if (next >= min && next <= max) onChange(next);
        }}
        onBlur={() => {
          if (isWrong) setRefused(true);
          setTyped(null);
        }}
      />
      <Slider
        label={name}
        min={min}
        max={max}
        step={step}
        value={[value]}
        disabled={min === max}
        onValueChange={([next]) => {
          setRefused(false);
          setTyped(null);
          // Steps add up to 0.30000000000000004 without rounding.
          onChange(Number(next!.toFixed(8)));
        }}
      />
      {isWrong ? (
        <p id={`${id}-refused`} role="alert" className="col-span-2 text-xs text-destructive">
          {name} goes from {print(min)} to {print(max)}; {print(value)} is kept.
        </p>
      ) : isRefused ? (
        <p id={`${id}-refused`} role="status" className="col-span-2 text-xs text-destructive">
          {name} must lie within {print(min)} and {print(max)}; {print(value)} is kept.
        </p>
      ) : (
        value !== initial && (
          <p className="col-span-2 flex flex-wrap items-center gap-x-1 text-xs text-muted-foreground">
            The rule says {print(initial)}.
            <Button variant="link" size="sm" className="h-5 px-1 text-xs" onClick={() => onChange(initial)}>
              <RotateCcw className="size-3" aria-hidden /> Set back
            </Button>
            {onMakeDefault && (
              <Button variant="link" size="sm" className="h-5 px-1 text-xs" onClick={onMakeDefault}>
                Write {print(value)} into the rule
              </Button>
            )}
          </p>
        )
      )}
    </div>
  );
}

/** The rule's parameters: what a run may set without another rule. */
export function ParameterForm({
  parameters,
  values,
  onChange,
  onMakeDefault,
}: {
  parameters: readonly ParameterRead[];
  values: Readonly<Record<string, number>>;
  onChange: (name: string, value: number) => void;
  onMakeDefault?: (name: string, value: number) => void;
}) {
  if (parameters.length === 0)
    return (
      <p className="text-[0.8125rem] text-muted-foreground">
        This rule has none. A line like{" "}
        <code className="font-mono text-foreground">fast = param(10, 5, 50)</code> makes a number that a run
        can change.
      </p>
    );
  return (
    <div className="divide-y divide-border/60">
      {parameters.map((parameter) => (
        <ParameterRow
          key={parameter.name}
          parameter={parameter}
          value={values[parameter.name] ?? parameter.default}
          onChange={(value) => onChange(parameter.name, value)}
          onMakeDefault={onMakeDefault ? () => onMakeDefault(parameter.name, values[parameter.name]!) : null}
        />
      ))}
    </div>
  );
}
