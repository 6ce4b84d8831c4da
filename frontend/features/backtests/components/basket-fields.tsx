"use client";

import { X } from "lucide-react";
import { useWatch, type UseFormReturn } from "react-hook-form";

import { SelectField, TextField } from "@/components/common/form-fields";
import { Button } from "@/components/ui/button";
import { FormField, FormItem, FormMessage } from "@/components/ui/form";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { MOST_SYMBOLS, type RunSettings } from "@/features/backtests/run-settings";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";

/** One instrument, or a basket of several with one cash. */
export function MarketSwitch({ form }: { form: UseFormReturn<RunSettings> }) {
  const [isBasket, symbol, symbols] = useWatch({
    control: form.control,
    name: ["is_basket", "symbol", "symbols"],
  });
  function change(next: string) {
    if (!next) return;
    const becomesBasket = next === "basket";
    // What was chosen goes along.
    if (becomesBasket && symbols.length === 0 && symbol) form.setValue("symbols", [symbol]);
    if (!becomesBasket && !symbol && symbols[0]) form.setValue("symbol", symbols[0]);
    form.setValue("is_basket", becomesBasket);
    void form.trigger(["symbol", "symbols"]);
  }
  return (
    <ToggleGroup
      type="single"
      aria-label="Run on"
      value={isBasket ? "basket" : "one"}
      onValueChange={change}
      className="justify-self-start"
    >
      <ToggleGroupItem value="one">One instrument</ToggleGroupItem>
      <ToggleGroupItem value="basket">Basket</ToggleGroupItem>
    </ToggleGroup>
  );
}

function SymbolList({ form }: { form: UseFormReturn<RunSettings> }) {
  return (
    <FormField
      control={form.control}
      name="symbols"
      render={({ field }) => (
        <FormItem>
          <span className="text-[0.8125rem] leading-5 font-medium">Instruments</span>
          <ul className="flex flex-wrap gap-1.5">
            {field.value.map((symbol) => (
              <li
                key={symbol}
                className="inline-flex h-8 items-center gap-1 rounded-md bg-muted pl-2.5 text-[0.8125rem] font-medium"
              >
                {symbol}
                <Button
                  variant="ghost"
                  size="icon-sm"
                  className="size-7"
                  aria-label={`Take ${symbol} out`}
                  onClick={() => field.onChange(field.value.filter((other) => other !== symbol))}
                >
                  <X aria-hidden />
                </Button>
              </li>
            ))}
            {field.value.length < MOST_SYMBOLS && (
              <li>
                <SymbolSwitcher
                  symbol={null}
                  label="instrument for the basket"
                  onChoose={(symbol) =>
                    field.value.includes(symbol) || field.onChange([...field.value, symbol])
                  }
                  staysOpen
                  className="h-8"
                />
              </li>
            )}
          </ul>
          <FormMessage />
        </FormItem>
      )}
    />
  );
}

/** Which instruments share the cash, how many at once, and how large each is. */
export function BasketFields({ form }: { form: UseFormReturn<RunSettings> }) {
  const weights = useWatch({ control: form.control, name: "weights" });
  return (
    <div className="grid gap-3">
      <SymbolList form={form} />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          control={form.control}
          name="slots"
          label="Slots"
          hint="How many positions may be open at once. Empty: one for each instrument. When more want in, those with the higher rank get the free slots (the rule's `rank`)."
          placeholder="one each"
          isFigure
        />
        <SelectField
          control={form.control}
          name="weights"
          label="Weights"
          hint="Equal: each slot has the same share of the equity. By volatility: the calmer an instrument, the larger its position."
          choices={[
            { value: "equal", label: "Equal" },
            { value: "volatility", label: "By volatility" },
          ]}
        />
        {weights === "volatility" && (
          <TextField
            control={form.control}
            name="volatility_window"
            label="Volatility over"
            hint="Bars that the volatility is measured over."
            unit="bars"
            isFigure
          />
        )}
        <SelectField
          control={form.control}
          name="rebalance"
          label="Rebalance"
          hint="How often open positions are brought back to their weights. Every rebalancing costs commission and slippage."
          choices={[
            { value: "none", label: "Never" },
            { value: "week", label: "Weekly" },
            { value: "month", label: "Monthly" },
            { value: "quarter", label: "Quarterly" },
          ]}
        />
      </div>
    </div>
  );
}
