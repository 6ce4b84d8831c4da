"use client";

import { Copy } from "lucide-react";
import { useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/sonner";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import {
  bodyOf,
  conditionOf,
  type AlertDraft,
  type ConditionKind,
  type Mistake,
} from "@/features/alerts/alert-form";
import { useConditionCheck, useSaveAlert } from "@/features/alerts/api";
import { CheckAnswer, ConditionFields } from "@/features/alerts/components/condition-fields";
import { Field } from "@/features/alerts/components/field";
import { useInstrument } from "@/features/chart/api";
import { IntervalSwitch } from "@/features/chart/components/interval-switch";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { useCoverage } from "@/features/feeds/api";
import type { Instrument } from "@/lib/api/contract";
import type { AlertRead } from "@/lib/api/generated";
import { ApiProblem, fieldOf, toApiProblem } from "@/lib/api/problem";
import { formatDate } from "@/lib/format";

/** Makes an alert, or changes one. */
export function AlertDialog({
  first,
  alert,
  onClose,
}: {
  first: AlertDraft;
  /** The one to change; null makes a new one. */
  alert: AlertRead | null;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState(first);
  const [missing, setMissing] = useState<Mistake | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const save = useSaveAlert(alert?.id ?? null);
  const instrument = useInstrument(draft.symbol).data;
  const condition = conditionOf(draft);
  const check = useConditionCheck(draft.symbol, draft.interval, condition);
  const mistakeAt = (field: Mistake["field"]) => (missing?.field === field ? missing.words : null);
  const change = (part: Partial<AlertDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setMissing(null);
  };

  // The rule's mistakes stand under the editor, the webhook's under its address.
  const isShownElsewhere =
    save.isError &&
    (toApiProblem(save.error).errors.some((one) => fieldOf(one) === "url") ||
      (check.error instanceof ApiProblem && check.error.code === "rule_invalid"));

  async function submit() {
    const read = bodyOf(draft);
    if ("missing" in read) return setMissing(read.missing);
    try {
      const saved = await save.mutateAsync(read.body);
      toast.success(alert ? "Alert changed" : "Alert set", {
        description: `${saved.symbol}: ${saved.words}`,
      });
      if (saved.webhook?.secret) setSecret(saved.webhook.secret);
      else onClose();
    } catch (error) {
      const url = toApiProblem(error).errors.find((one) => fieldOf(one) === "url");
      if (url) setMissing({ field: "webhook", words: url.message });
    }
  }

  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent className="max-h-[calc(100dvh-2rem)] max-w-xl grid-cols-[minmax(0,1fr)] overflow-y-auto">
        {secret ? (
          <SecretShown secret={secret} onClose={onClose} />
        ) : (
          <>
            <DialogHeader>
              <DialogTitle>{alert ? "Change the alert" : "New alert"}</DialogTitle>
              <DialogDescription>You are told here, and by a webhook if you give one.</DialogDescription>
            </DialogHeader>
            <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
              <div className="flex flex-wrap items-center gap-2">
                <SymbolSwitcher
                  symbol={draft.symbol}
                  onChoose={(symbol) => change({ symbol })}
                  className="min-w-28"
                />
                <IntervalSwitch
                  value={draft.interval}
                  stored={instrument?.intervals ?? []}
                  onChange={(interval) => change({ interval })}
                  className="max-w-full overflow-x-auto"
                />
              </div>
              <Choice
                label="Condition"
                value={draft.kind}
                onChange={(kind) => change({ kind: kind as ConditionKind })}
                choices={{ price: "Price", rule: "Rule", drawing: "Drawing" }}
              />
              <ConditionFields
                draft={draft}
                change={change}
                error={check.error}
                mistake={mistakeAt("condition")}
                instrument={instrument ?? null}
              />
              <CheckAnswer check={check} isByDay={/day|week|month/.test(draft.interval)} />
              <div className="grid gap-4 sm:grid-cols-2">
                <Choice
                  label="Checked"
                  value={draft.on}
                  onChange={(on) => change({ on: on as AlertDraft["on"] })}
                  choices={{ closed_bar: "When a bar closes", tick: "At every price" }}
                />
                <Choice
                  label="Fires"
                  value={draft.repeat}
                  onChange={(repeat) => change({ repeat: repeat as AlertDraft["repeat"] })}
                  choices={{ once: "Once", every: "Every time" }}
                />
                {draft.repeat === "every" && (
                  <Field
                    label="Pause between firings, minutes"
                    id="alert-cool-down"
                    error={mistakeAt("coolDown")}
                  >
                    <Input
                      id="alert-cool-down"
                      inputMode="decimal"
                      className="text-right tabular-nums"
                      value={draft.coolDownMinutes}
                      onChange={(event) => change({ coolDownMinutes: event.target.value })}
                    />
                  </Field>
                )}
                <Field label="Name" id="alert-name" isOptional>
                  <Input
                    id="alert-name"
                    maxLength={120}
                    autoComplete="off"
                    value={draft.name}
                    onChange={(event) => change({ name: event.target.value })}
                  />
                </Field>
              </div>
              <Field label="Webhook" id="alert-webhook" isOptional error={mistakeAt("webhook")}>
                <Input
                  id="alert-webhook"
                  aria-invalid={mistakeAt("webhook") !== null}
                  type="url"
                  autoComplete="off"
                  placeholder="https://"
                  value={draft.webhookUrl}
                  onChange={(event) => change({ webhookUrl: event.target.value })}
                />
              </Field>
              {mistakeAt("symbol") && (
                <p role="alert" className="text-[0.8125rem] text-destructive">
                  {mistakeAt("symbol")}
                </p>
              )}
              {instrument && <NothingFeeds instrument={instrument} />}
              {save.isError && !isShownElsewhere && <ErrorNote error={save.error} />}
            </div>
            <DialogFooter>
              <Button variant="ghost" onClick={onClose}>
                Cancel
              </Button>
              <Button onClick={() => void submit()} disabled={save.isPending}>
                {save.isPending ? "Saving…" : alert ? "Save" : "Set alert"}
              </Button>
            </DialogFooter>
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}

/** Said before an alert is set that can never fire. */
function NothingFeeds({ instrument }: { instrument: Instrument }) {
  const coverage = useCoverage(instrument.id);
  if (!coverage.data || coverage.data.provider !== null || instrument.last_bar_at === null) return null;
  return (
    <p className="rounded-md bg-warn/12 px-3 py-2 text-[0.8125rem]">
      Nothing feeds {instrument.symbol}: its last bar is of {formatDate(instrument.last_bar_at)}. The alert
      waits until newer bars are imported.
    </p>
  );
}

export function SecretShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <>
      <DialogHeader>
        <DialogTitle>The webhook&apos;s secret</DialogTitle>
        <DialogDescription>
          Copy it now: it is shown this once. What Flowrex sends is signed with it.
        </DialogDescription>
      </DialogHeader>
      <div className="flex gap-2">
        <Input readOnly value={secret} aria-label="Secret" className="font-mono text-xs" />
        <Button
          variant="outline"
          onClick={() =>
            navigator.clipboard.writeText(secret).then(
              () => toast.success("Secret copied"),
              () => toast.error("The secret could not be copied: mark it and copy it by hand."),
            )
          }
        >
          <Copy aria-hidden /> Copy
        </Button>
      </div>
      <DialogFooter>
        <Button onClick={onClose}>Done</Button>
      </DialogFooter>
    </>
  );
}

function Choice({
  label,
  value,
  onChange,
  choices,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  choices: Record<string, string>;
}) {
  return (
    <div className="grid justify-items-start gap-1.5">
      <span className="text-sm font-medium">{label}</span>
      <ToggleGroup
        type="single"
        aria-label={label}
        value={value}
        onValueChange={(next: string) => next && onChange(next)}
      >
        {Object.entries(choices).map(([key, words]) => (
          <ToggleGroupItem key={key} value={key}>
            {words}
          </ToggleGroupItem>
        ))}
      </ToggleGroup>
    </div>
  );
}
