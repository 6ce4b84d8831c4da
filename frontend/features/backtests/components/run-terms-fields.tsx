"use client";

import { useEffect, type ReactNode } from "react";
import { useWatch, type UseFormReturn } from "react-hook-form";

import { HelpHint } from "@/components/common/help-hint";
import { FormControl, FormField, FormItem, FormLabel, FormMessage } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import type { RunMarket, RunSettings } from "@/features/backtests/run-settings";
import { useInstrument } from "@/features/chart/api";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { intervalChoices, longInterval, nearestInterval } from "@/features/chart/intervals";

const dayOf = (at: string | null | undefined) => at?.slice(0, 10) ?? null;

function Hinted({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span className="flex items-center gap-0.5">
      <FormLabel>{label}</FormLabel>
      <HelpHint term={label}>{children}</HelpHint>
    </span>
  );
}

/** A field for a figure, with its unit inside. */
function FigureField({
  form,
  name,
  label,
  unit,
  hint,
}: {
  form: UseFormReturn<RunSettings>;
  name: "initial_cash" | "commission_bps" | "slippage_bps" | "commission_fixed";
  label: string;
  unit: string;
  hint: ReactNode;
}) {
  return (
    <FormField
      control={form.control}
      name={name}
      render={({ field }) => (
        <FormItem>
          <Hinted label={label}>{hint}</Hinted>
          <div className="relative">
            <FormControl>
              <Input
                {...field}
                inputMode="decimal"
                autoComplete="off"
                className="pr-12 text-right tabular-nums"
              />
            </FormControl>
            <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-xs text-muted-foreground">
              {unit}
            </span>
          </div>
          <FormMessage />
        </FormItem>
      )}
    />
  );
}

function SwitchField({
  form,
  name,
  label,
  hint,
}: {
  form: UseFormReturn<RunSettings>;
  name: "whole_units" | "close_at_end";
  label: string;
  hint: ReactNode;
}) {
  return (
    <FormField
      control={form.control}
      name={name}
      render={({ field }) => (
        <FormItem className="flex items-center justify-between gap-3">
          <Hinted label={label}>{hint}</Hinted>
          <FormControl>
            <Switch
              checked={field.value}
              onCheckedChange={field.onChange}
              onBlur={field.onBlur}
              ref={field.ref}
            />
          </FormControl>
        </FormItem>
      )}
    />
  );
}

/** What is known of the instrument a run is asked for. */
export function useRunMarket(symbol: string): RunMarket {
  const { data } = useInstrument(symbol || null);
  return {
    currency: data?.currency ?? null,
    firstDay: dayOf(data?.first_bar_at),
    lastDay: dayOf(data?.last_bar_at),
  };
}

/**
 * Market, span, costs and conventions of a run: the fields alone, for every form that asks for runs. They stand inside
 * a `Form` of these settings.
 */
export function RunTermsFields({ form }: { form: UseFormReturn<RunSettings> }) {
  const settings = useWatch({ control: form.control }) as RunSettings;
  const instrument = useInstrument(settings.symbol || null);
  const market = useRunMarket(settings.symbol);
  const choices = instrument.data ? intervalChoices(instrument.data.intervals) : [];

  // Another instrument may not have the interval that was chosen for the last one.
  const stored = instrument.data?.intervals;
  useEffect(() => {
    if (!stored || stored.length === 0) return;
    const interval = nearestInterval(form.getValues("interval"), stored);
    if (interval !== form.getValues("interval")) form.setValue("interval", interval);
  }, [form, stored]);

  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        <FormField
          control={form.control}
          name="symbol"
          render={({ field }) => (
            <FormItem>
              <FormLabel>Instrument</FormLabel>
              <FormControl>
                <SymbolSwitcher
                  symbol={field.value || null}
                  onChoose={(symbol) => form.setValue("symbol", symbol, { shouldValidate: true })}
                  label="Instrument"
                  className="w-full"
                />
              </FormControl>
              <FormMessage>
                {instrument.data === null ? `There is no instrument ${settings.symbol}.` : null}
              </FormMessage>
            </FormItem>
          )}
        />
        <FormField
          control={form.control}
          name="interval"
          render={({ field }) => (
            <FormItem>
              <FormLabel>Interval</FormLabel>
              <Select value={field.value} onValueChange={field.onChange}>
                <FormControl>
                  <SelectTrigger>
                    <SelectValue />
                  </SelectTrigger>
                </FormControl>
                <SelectContent>
                  {(choices.length > 0
                    ? choices
                    : [{ interval: field.value, source: "stored" as const }]
                  ).map(({ interval, source }) => (
                    <SelectItem key={interval} value={interval} disabled={source === "none"}>
                      {longInterval(interval)}
                      {source === "none" && <span className="text-xs"> – not available</span>}
                    </SelectItem>
                  ))}
                </SelectContent>
              </Select>
              <FormMessage />
            </FormItem>
          )}
        />
        <FormField
          control={form.control}
          name="start"
          render={({ field }) => (
            <FormItem>
              <Hinted label="From">
                The first day whose signals count; bars before it warm the indicators up. Empty: from the
                first bar.
              </Hinted>
              <FormControl>
                <Input
                  type="date"
                  min={market.firstDay ?? undefined}
                  max={market.lastDay ?? undefined}
                  {...field}
                />
              </FormControl>
              <FormMessage />
            </FormItem>
          )}
        />
        <FormField
          control={form.control}
          name="through"
          render={({ field }) => (
            <FormItem>
              <Hinted label="Through">The last day, itself included. Empty: through the last bar.</Hinted>
              <FormControl>
                <Input
                  type="date"
                  min={market.firstDay ?? undefined}
                  max={market.lastDay ?? undefined}
                  {...field}
                />
              </FormControl>
              <FormMessage />
            </FormItem>
          )}
        />
        <FigureField
          form={form}
          name="initial_cash"
          label="Cash"
          unit={market.currency ?? ""}
          hint="What the account begins with."
        />
        <FigureField
          form={form}
          name="commission_bps"
          label="Commission"
          unit="bps"
          hint="Of each fill's value, in basis points: 10 bps are 0.1 %, or 10 for every 10,000 traded."
        />
        <FigureField
          form={form}
          name="slippage_bps"
          label="Slippage"
          unit="bps"
          hint="How much worse than the open market and stop orders fill. A run without any looks better than life."
        />
        <FigureField
          form={form}
          name="commission_fixed"
          label="Fixed per fill"
          unit={market.currency ?? ""}
          hint="A fixed amount for each fill, on top of the commission in basis points."
        />
      </div>
      <div className="grid gap-3">
        <FormField
          control={form.control}
          name="adjust"
          render={({ field }) => (
            <FormItem className="flex items-center justify-between gap-3">
              <Hinted label="Adjust for splits">
                Divides prices before a split by its ratio. Without it a 2-for-1 split looks like a fall of
                half.
              </Hinted>
              <FormControl>
                <Switch
                  checked={field.value === "splits"}
                  onCheckedChange={(isOn) => field.onChange(isOn ? "splits" : "none")}
                />
              </FormControl>
            </FormItem>
          )}
        />
        <SwitchField
          form={form}
          name="whole_units"
          label="Whole units only"
          hint="Buys whole shares or contracts; else quantities have up to 8 decimals."
        />
        <SwitchField
          form={form}
          name="close_at_end"
          label="Close at the end"
          hint="A position still open at the last bar is sold at its close; else it is left open and marked there."
        />
      </div>
    </>
  );
}
