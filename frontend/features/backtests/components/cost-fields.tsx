"use client";

import { ChevronRight, Plus, X } from "lucide-react";
import { useState } from "react";
import { useFieldArray, useWatch, type UseFormReturn } from "react-hook-form";

import { SelectField, SwitchField, TextField } from "@/components/common/form-fields";
import { HelpHint } from "@/components/common/help-hint";
import { Button } from "@/components/ui/button";
import { DEFAULT_RUN_SETTINGS, MOST_TIERS, type RunSettings } from "@/features/backtests/run-settings";
import { INTERVALS, intervalSeconds, longInterval } from "@/features/chart/intervals";
import { cn } from "@/lib/cn";
import { formatPlural } from "@/lib/format";

/** Of the folded part, in the order of the form. */
const FOLDED = [
  "commission_fixed",
  "commission_per_unit",
  "commission_minimum",
  "commission_tiers",
  "slippage_model",
  "borrow_rate",
  "overnight_rate",
  "detail_interval",
  "whole_units",
  "close_at_end",
] as const satisfies readonly (keyof RunSettings)[];

/** Fields of the folded part that are not as they come. */
export function changedFolded(settings: RunSettings): string[] {
  return FOLDED.filter(
    (name) => JSON.stringify(settings[name]) !== JSON.stringify(DEFAULT_RUN_SETTINGS[name]),
  );
}

const NONE = "none";

function TierRows({ form, currency }: { form: UseFormReturn<RunSettings>; currency: string | null }) {
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "commission_tiers" });
  const problem = form.formState.errors.commission_tiers;
  return (
    <fieldset className="grid gap-2">
      <legend className="flex items-center gap-0.5 text-[0.8125rem] leading-5 font-medium">
        Commission in tiers
        <HelpHint term="Commission in tiers">
          The tier that a fill&apos;s value falls into sets its basis points, in the place of the commission
          above. Leave it empty for one commission for all fills.
        </HelpHint>
      </legend>
      {fields.map((row, i) => (
        <div key={row.id} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-start gap-2">
          <TextField
            control={form.control}
            name={`commission_tiers.${i}.from_notional`}
            label={`Tier ${i + 1}: from`}
            unit={currency ?? ""}
            isFigure
          />
          <TextField
            control={form.control}
            name={`commission_tiers.${i}.bps`}
            label="Commission"
            aria-label={`Tier ${i + 1}: commission`}
            unit="bps"
            isFigure
          />
          <Button
            variant="ghost"
            size="icon"
            className="mt-6.5"
            aria-label={`Remove tier ${i + 1}`}
            onClick={() => remove(i)}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      {typeof problem?.message === "string" && (
        <p role="alert" className="text-xs text-destructive">
          {problem.message}
        </p>
      )}
      <div>
        <Button
          variant="outline"
          size="sm"
          disabled={fields.length >= MOST_TIERS}
          onClick={() =>
            append({
              from_notional: fields.length === 0 ? "0" : "",
              bps: form.getValues("commission_bps"),
            })
          }
        >
          <Plus aria-hidden /> Add a tier
        </Button>
      </div>
    </fieldset>
  );
}

/** Costs and fills beyond the usual: folded, with what is set said outside. */
export function CostFields({
  form,
  currency,
}: {
  form: UseFormReturn<RunSettings>;
  currency: string | null;
}) {
  const settings = useWatch({ control: form.control }) as RunSettings;
  const changed = changedFolded(settings);
  const hasProblem = FOLDED.some((name) => form.formState.errors[name] !== undefined);
  const [isOpen, setOpen] = useState(changed.length > 0);
  const isShown = isOpen || hasProblem;
  const money = { unit: currency ?? "", isFigure: true } as const;
  const finer = INTERVALS.filter((name) => intervalSeconds(name) < intervalSeconds(settings.interval));
  return (
    <section className="rounded-md border">
      <h3>
        <button
          type="button"
          aria-expanded={isShown}
          aria-controls="costs-and-fills"
          onClick={() => setOpen(!isShown)}
          className="focus-inset flex w-full items-center gap-1.5 rounded-md px-3 py-2 text-left text-[0.8125rem] font-medium hover:bg-accent/50"
        >
          <ChevronRight className={cn("size-4 shrink-0", isShown && "rotate-90")} aria-hidden />
          Costs and fills
          <span className="ml-auto text-xs font-normal text-muted-foreground">
            {changed.length === 0 ? "as usual" : `${formatPlural(changed.length, "thing")} changed`}
          </span>
        </button>
      </h3>
      <div
        id="costs-and-fills"
        hidden={!isShown}
        className={cn("grid gap-4 px-3 pt-1 pb-3", !isShown && "hidden")}
      >
        <div className="grid grid-cols-2 gap-3">
          <TextField
            control={form.control}
            name="commission_fixed"
            label="Fixed per fill"
            hint="A fixed amount for each fill, on top of the commission in basis points."
            {...money}
          />
          <TextField
            control={form.control}
            name="commission_per_unit"
            label="Per unit"
            hint="For each share or contract, as many brokers charge: 0.005 is half a cent a share."
            {...money}
          />
          <TextField
            control={form.control}
            name="commission_minimum"
            label="At least"
            hint="The least that a fill costs, however small it is."
            {...money}
          />
          <SelectField
            control={form.control}
            name="slippage_model"
            label="Slippage grows"
            hint="Fixed: always the basis points above. With volume: on top of them the price moves by the impact × (share of the bar's volume)², and an entry takes no more of the volume than the limit."
            choices={[
              { value: "fixed", label: "not at all (fixed)" },
              { value: "volume_share", label: "with the volume taken" },
            ]}
          />
          {settings.slippage_model === "volume_share" && (
            <>
              <TextField
                control={form.control}
                name="volume_limit"
                label="Volume limit"
                hint="The largest share of the fill bar's volume that an entry may take. What does not fit is not bought."
                unit="%"
                isFigure
              />
              <TextField
                control={form.control}
                name="price_impact"
                label="Price impact"
                hint="How strongly the price moves against the trade: 0.1 × share². Taking all of a bar's volume moves it by a tenth."
                isFigure
              />
            </>
          )}
          <TextField
            control={form.control}
            name="borrow_rate"
            label="Borrow rate"
            hint="What lending the shares of a short costs a year, counted by calendar nights."
            unit="% a year"
            isFigure
          />
          <TextField
            control={form.control}
            name="overnight_rate"
            label="Overnight rate"
            hint="Financing of any position that is held overnight, as with CFDs and margin accounts."
            unit="% a year"
            isFigure
          />
        </div>
        <TierRows form={form} currency={currency} />
        <DetailField form={form} finer={finer} />
        <SwitchField
          control={form.control}
          name="whole_units"
          label="Whole units only"
          hint="Buys whole shares or contracts; else quantities have up to 8 decimals."
        />
        <SwitchField
          control={form.control}
          name="close_at_end"
          label="Close at the end"
          hint="A position still open at the last bar is sold at its close; else it is left open and marked there."
        />
      </div>
    </section>
  );
}

/** Which finer bars decide what happens within a bar; "none" stands for the empty value, which no list takes. */
function DetailField({ form, finer }: { form: UseFormReturn<RunSettings>; finer: readonly string[] }) {
  return (
    <SelectField
      control={form.control}
      name="detail_interval"
      label="Decide within the bar on"
      hint="When stop and target lie in one bar, finer stored bars tell which came first. Without them the stop counts."
      emptyValue={NONE}
      choices={[
        { value: NONE, label: "the bar alone: the stop comes first" },
        ...finer.map((name) => ({
          value: name,
          label: `${longInterval(name as RunSettings["interval"])} bars`,
        })),
      ]}
    />
  );
}
