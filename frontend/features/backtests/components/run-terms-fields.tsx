"use client";

import { useEffect } from "react";
import { useWatch, type UseFormReturn } from "react-hook-form";

import { DateField, FieldLabel, SelectField, TextField } from "@/components/common/form-fields";
import { FormControl, FormField, FormItem, FormLabel, FormMessage } from "@/components/ui/form";
import { Switch } from "@/components/ui/switch";
import { BasketFields, MarketSwitch } from "@/features/backtests/components/basket-fields";
import { CostFields } from "@/features/backtests/components/cost-fields";
import type { RunMarket, RunSettings } from "@/features/backtests/run-settings";
import { useInstrument } from "@/features/chart/api";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { INTERVALS, intervalChoices, longInterval, nearestInterval } from "@/features/chart/intervals";

const dayOf = (at: string | null | undefined) => at?.slice(0, 10) ?? null;

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
export function RunTermsFields({
  form,
  allowsBasket = false,
}: {
  form: UseFormReturn<RunSettings>;
  /** Whether several instruments may share the cash. */
  allowsBasket?: boolean;
}) {
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

  const currency = market.currency;
  const isBasket = allowsBasket && settings.is_basket;
  const ownChoices =
    choices.length > 0 && !isBasket ? choices : INTERVALS.map((interval) => ({ interval, source: "stored" }));
  return (
    <>
      {allowsBasket && <MarketSwitch form={form} />}
      {isBasket && <BasketFields form={form} />}
      <div className="grid grid-cols-2 gap-3">
        {!isBasket && (
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
        )}
        <SelectField
          control={form.control}
          name="interval"
          label="Interval"
          className={isBasket ? "col-span-2" : undefined}
          choices={ownChoices.map(({ interval, source }) => ({
            value: interval,
            isDisabled: source === "none",
            label: (
              <>
                {longInterval(interval)}
                {source === "none" && <span className="text-xs"> – not available</span>}
              </>
            ),
          }))}
        />
        <DateField
          control={form.control}
          name="start"
          label="From"
          hint="The first day whose signals count; bars before it warm the indicators up. Empty: from the first bar."
          min={market.firstDay}
          max={market.lastDay}
        />
        <DateField
          control={form.control}
          name="through"
          label="Through"
          hint="The last day, itself included. Empty: through the last bar."
          min={market.firstDay}
          max={market.lastDay}
        />
        <TextField
          control={form.control}
          name="initial_cash"
          label="Cash"
          hint="What the account begins with."
          unit={currency ?? ""}
          isFigure
        />
        <TextField
          control={form.control}
          name="commission_bps"
          label="Commission"
          hint="Of each fill's value, in basis points: 10 bps are 0.1%, or 10 for every 10,000 traded."
          unit="bps"
          isFigure
        />
        <TextField
          control={form.control}
          name="slippage_bps"
          label="Slippage"
          hint="How much worse than the open market and stop orders fill. A run without any looks better than life."
          unit="bps"
          isFigure
        />
        <FormField
          control={form.control}
          name="adjust"
          render={({ field }) => (
            <FormItem>
              <FieldLabel
                label="Adjust for splits"
                hint="Divides prices before a split by its ratio. Without it a 2-for-1 split looks like a fall of half."
              />
              <span className="flex h-9 items-center">
                <FormControl>
                  <Switch
                    checked={field.value === "splits"}
                    onCheckedChange={(isOn) => field.onChange(isOn ? "splits" : "none")}
                  />
                </FormControl>
              </span>
            </FormItem>
          )}
        />
      </div>
      <CostFields form={form} currency={currency} />
    </>
  );
}
