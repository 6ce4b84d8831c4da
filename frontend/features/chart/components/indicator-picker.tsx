"use client";

import { ChartSpline, X } from "lucide-react";
import { useId, useState } from "react";

import { Button } from "@/components/ui/button";
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import {
  completeSettings,
  findIndicator,
  formatIndicator,
  INDICATORS,
  MAXIMUM_INDICATORS,
  titleOf,
  type ChosenIndicator,
  type IndicatorKind,
} from "@/features/chart/indicator-catalog";
import { rankEntry } from "@/lib/rank";

/** A colour of the theme for the n-th indicator. */
export function indicatorColour(position: number): string {
  return `var(--chart-${(position % 5) + 1})`;
}

function SettingsForm({
  kind,
  settings,
  submitLabel,
  onSubmit,
}: {
  kind: IndicatorKind;
  settings: number[];
  submitLabel: string;
  onSubmit: (settings: number[]) => void;
}) {
  const id = useId();
  const [texts, setTexts] = useState(settings.map(String));
  const numbers = texts.map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  const whole = completeSettings(kind, numbers);
  const isValid = whole.every((value, i) => value === numbers[i]);
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) onSubmit(numbers);
      }}
    >
      <div className="grid grid-cols-3 gap-2">
        {kind.settings.map((setting, i) => (
          <div key={setting.label} className="grid gap-1">
            <Label htmlFor={`${id}-${i}`} className="text-xs">
              {setting.label}
            </Label>
            <Input
              id={`${id}-${i}`}
              inputMode="decimal"
              value={texts[i]}
              aria-invalid={whole[i] !== numbers[i] || undefined}
              aria-describedby={`${id}-range`}
              onChange={(event) => setTexts(texts.map((text, j) => (j === i ? event.target.value : text)))}
              className="h-8 text-right tabular-nums"
            />
          </div>
        ))}
      </div>
      <p id={`${id}-range`} className="text-xs text-muted-foreground">
        {kind.settings.map(({ label, min, max }) => `${label} ${min} to ${max}`).join(", ")}.
      </p>
      <Button type="submit" size="sm" disabled={!isValid}>
        {submitLabel}
      </Button>
    </form>
  );
}

export function IndicatorPicker({
  chosen,
  onChange,
}: {
  chosen: ChosenIndicator[];
  onChange: (indicators: ChosenIndicator[]) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<IndicatorKind | null>(null);
  const isFull = chosen.length >= MAXIMUM_INDICATORS;

  function add(id: string, settings: number[]) {
    const next = { id, settings };
    if (!chosen.some((other) => formatIndicator(other) === formatIndicator(next)))
      onChange([...chosen, next]);
    setOpen(false);
    setKind(null);
  }

  return (
    <Popover
      open={isOpen}
      onOpenChange={(open) => {
        setOpen(open);
        setKind(null);
      }}
    >
      <PopoverTrigger asChild>
        <Button variant="outline" size="sm">
          <ChartSpline aria-hidden /> Indicators
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" className="w-80 p-0" aria-label="Add an indicator">
        {isFull ? (
          <p className="p-3 text-muted-foreground">
            {MAXIMUM_INDICATORS} indicators are on the chart. Remove one to add another.
          </p>
        ) : kind ? (
          <div className="grid gap-3 p-3">
            <div>
              <p className="font-semibold">{kind.name}</p>
              <p className="text-xs text-muted-foreground">{kind.hint}</p>
            </div>
            <SettingsForm
              kind={kind}
              settings={kind.settings.map((setting) => setting.initial)}
              submitLabel={`Add ${kind.label}`}
              onSubmit={(settings) => add(kind.id, settings)}
            />
          </div>
        ) : (
          <Command label="Indicators" filter={rankEntry}>
            <CommandInput placeholder="Search indicators…" aria-label="Search indicators" />
            <CommandList>
              <CommandEmpty>No indicator of that name.</CommandEmpty>
              {(["overlay", "pane"] as const).map((place) => (
                <CommandGroup
                  key={place}
                  heading={place === "overlay" ? "Over the prices" : "In a pane of their own"}
                >
                  {INDICATORS.filter((entry) => entry.place === place).map((entry) => (
                    <CommandItem
                      key={entry.id}
                      value={entry.label}
                      keywords={[entry.name, entry.hint]}
                      onSelect={() => setKind(entry)}
                    >
                      <span className="w-20 shrink-0 font-medium">{entry.label}</span>
                      <span className="text-xs text-muted-foreground">{entry.hint}</span>
                    </CommandItem>
                  ))}
                </CommandGroup>
              ))}
            </CommandList>
          </Command>
        )}
      </PopoverContent>
    </Popover>
  );
}

/** An indicator on the chart: a click changes its settings, the cross takes it off. */
export function IndicatorChip({
  indicator,
  colour,
  onChange,
  onRemove,
}: {
  indicator: ChosenIndicator;
  colour: string;
  onChange: (settings: number[]) => void;
  onRemove: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const kind = findIndicator(indicator.id)!;
  const title = titleOf(indicator);
  return (
    <span className="inline-flex h-8 items-center rounded-md bg-muted text-xs font-medium">
      <Popover open={isOpen} onOpenChange={setOpen}>
        <PopoverTrigger
          className="inline-flex h-full items-center gap-1.5 rounded-l-md pr-1 pl-2 hover:bg-accent"
          aria-label={`${title}: change settings`}
        >
          <span className="h-0.5 w-3 rounded-full" style={{ background: colour }} aria-hidden />
          {title}
        </PopoverTrigger>
        <PopoverContent align="start" className="w-72" aria-label={`Settings of ${title}`}>
          <p className="mb-2 font-semibold">{kind.name}</p>
          <SettingsForm
            key={title}
            kind={kind}
            settings={indicator.settings}
            submitLabel="Apply"
            onSubmit={(settings) => {
              setOpen(false);
              onChange(settings);
            }}
          />
        </PopoverContent>
      </Popover>
      <button
        type="button"
        className="inline-flex h-full items-center rounded-r-md px-1.5 text-muted-foreground hover:bg-accent hover:text-foreground"
        aria-label={`Remove ${title}`}
        onClick={onRemove}
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </span>
  );
}
