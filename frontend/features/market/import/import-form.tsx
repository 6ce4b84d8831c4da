"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo, type ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";

import { SelectField, TextField } from "@/components/common/form-fields";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Form } from "@/components/ui/form";
import { useMe } from "@/features/identity/api";
import { useInstrumentOfSymbol, type ImportForm } from "@/features/market/api";
import { HEAD_BYTES, previewCsv } from "@/features/market/import/csv-preview";
import type { DayOrder } from "@/features/market/import/csv-times";
import {
  guessAssetClass,
  importSchema,
  type ImportInput,
  type ImportValues,
} from "@/features/market/import/import-values";
import { PreviewTable } from "@/features/market/import/preview-table";
import { ASSET_CLASSES, INTERVALS, isIntraday, SYMBOL } from "@/features/market/labels";

const DATE_FORMATS: Record<Exclude<DayOrder, "ymd">, { label: string; format: string }> = {
  dmy: { label: "day/month/year (31/12/2020)", format: "dd/mm/yyyy" },
  mdy: { label: "month/day/year (12/31/2020)", format: "mm/dd/yyyy" },
};
const AUTO = "auto";
const CALENDARS: Record<string, string> = {
  [AUTO]: "As usual for the class",
  XNYS: "New York Stock Exchange",
  XLON: "London Stock Exchange",
  XETR: "Xetra",
  XPAR: "Euronext Paris",
  XTKS: "Tokyo Stock Exchange",
  XHKG: "Hong Kong",
  CMES: "CME Globex",
  "24/7": "Every day, around the clock",
  FX: "Currency week",
  none: "None: gaps are not checked",
};

const SCOPES = { private: "Only you", installation: "Everyone on this installation" };

function choicesOf(labels: Record<string, string>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}

interface Props {
  file: File;
  head: string;
  error: ReactNode;
  /** While the file is under way: its progress, in the place of the buttons. */
  sending: ReactNode;
  onSend: (form: ImportForm) => void;
  onBack: () => void;
}

/** What was understood of the file beside the form that says the rest. */
export function ImportFormCard({ file, head, error, sending, onSend, onBack }: Props) {
  const isWhole = file.size <= HEAD_BYTES;
  const first = useMemo(() => previewCsv(head, file.name, isWhole), [head, file.name, isWhole]);
  const form = useForm<ImportInput, unknown, ImportValues>({
    resolver: zodResolver(importSchema(first.time.isAmbiguous)),
    defaultValues: {
      symbol: first.symbol,
      interval: first.interval ?? "",
      asset_class: guessAssetClass(first.symbol),
      name: "",
      timezone: "UTC",
      day_order: "",
      calendar: AUTO,
      scope: "private",
    },
  });
  const [symbol = "", interval, dayOrder] = useWatch({
    control: form.control,
    name: ["symbol", "interval", "day_order"],
  });
  const preview = useMemo(
    () => (dayOrder ? previewCsv(head, file.name, isWhole, dayOrder) : first),
    [first, head, file.name, isWhole, dayOrder],
  );
  const { data: me } = useMe();
  const upper = symbol.trim().toUpperCase();
  const { data: known } = useInstrumentOfSymbol(SYMBOL.test(upper) ? upper : "");
  const needsZone = preview.time.style === "local" && (!interval || isIntraday(interval));

  function send(values: ImportValues) {
    onSend({
      file,
      symbol: values.symbol,
      interval: values.interval,
      asset_class: values.asset_class,
      name: values.name || undefined,
      timezone: needsZone ? values.timezone : undefined,
      calendar: values.calendar === AUTO ? undefined : values.calendar,
      date_format: values.day_order ? DATE_FORMATS[values.day_order].format : undefined,
      scope: me?.role === "admin" ? values.scope : undefined,
    });
  }

  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <PreviewTable file={file} preview={preview} />
      <Card>
        <CardHeader>
          <CardTitle>What it is</CardTitle>
        </CardHeader>
        <CardContent>
          <Form {...form}>
            <form noValidate onSubmit={form.handleSubmit(send)}>
              <fieldset disabled={Boolean(sending)} className="grid gap-4">
                <div className="grid grid-cols-2 gap-3">
                  <TextField
                    control={form.control}
                    name="symbol"
                    label="Symbol"
                    autoCapitalize="characters"
                    inputClassName="uppercase"
                  />
                  <SelectField
                    control={form.control}
                    name="interval"
                    label="Interval"
                    placeholder="Choose"
                    choices={choicesOf(INTERVALS)}
                  />
                </div>
                {known && (
                  <p className="-mt-1 rounded-md bg-muted px-3 py-2 text-xs">
                    {known.scope === "private" || me?.role === "admin"
                      ? `Adds to ${known.symbol}${known.name ? ` (${known.name})` : ""}. Bars that are there already are replaced where the file says otherwise.`
                      : `${known.symbol} is shared by everyone here and stays as it is. You get a ${known.symbol} of your own, which comes first for you.`}
                  </p>
                )}
                {first.time.isAmbiguous && (
                  <SelectField
                    control={form.control}
                    name="day_order"
                    label="Dates are written"
                    placeholder="Choose"
                    choices={Object.entries(DATE_FORMATS).map(([value, { label }]) => ({ value, label }))}
                    description="In the rows shown, day and month could each stand first."
                  />
                )}
                {needsZone && (
                  <>
                    <TextField
                      control={form.control}
                      name="timezone"
                      label="Time zone of the file"
                      list="time-zones"
                      description="The times in the file carry no zone."
                    />
                    <datalist id="time-zones">
                      {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
                        <option key={zone} value={zone} />
                      ))}
                    </datalist>
                  </>
                )}
                <SelectField
                  control={form.control}
                  name="asset_class"
                  label="Class"
                  choices={choicesOf(ASSET_CLASSES)}
                />
                <TextField
                  control={form.control}
                  name="name"
                  label="Name"
                  isOptional
                  placeholder={known?.name ?? undefined}
                />
                <details className="group grid gap-4">
                  <summary className="text-[0.8125rem] text-muted-foreground hover:text-foreground">
                    More
                  </summary>
                  <div className="mt-3 grid gap-4">
                    <SelectField
                      control={form.control}
                      name="calendar"
                      label="Trading calendar"
                      choices={choicesOf(CALENDARS)}
                      description="Missing bars are counted against it."
                    />
                    {me?.role === "admin" && (
                      <SelectField
                        control={form.control}
                        name="scope"
                        label="Who sees it"
                        choices={choicesOf(SCOPES)}
                      />
                    )}
                  </div>
                </details>
                {error}
              </fieldset>
              <div className="mt-4">
                {sending || (
                  <div className="flex justify-end gap-2">
                    <Button variant="outline" onClick={onBack}>
                      Another file
                    </Button>
                    <Button type="submit">Import</Button>
                  </div>
                )}
              </div>
            </form>
          </Form>
        </CardContent>
      </Card>
    </div>
  );
}
