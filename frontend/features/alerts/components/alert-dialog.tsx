"use client";

import { Copy } from "lucide-react";
import { useState, type ReactNode } from "react";

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
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { toast } from "@/components/ui/sonner";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import {
  bodyOf,
  conditionOf,
  DIRECTION_WORDS,
  type AlertDraft,
  type ConditionKind,
} from "@/features/alerts/alert-form";
import { useConditionCheck, useSaveAlert, useWatchableDrawings } from "@/features/alerts/api";
import { useInstrument } from "@/features/chart/api";
import { IntervalSwitch } from "@/features/chart/components/interval-switch";
import { SymbolSwitcher } from "@/features/chart/components/symbol-switcher";
import { describeDrawing } from "@/features/chart/drawings/drawing";
import { RuleEditor } from "@/features/strategies/components/rule-editor";
import type { AlertRead } from "@/lib/api/generated";
import { ApiProblem } from "@/lib/api/problem";
import { formatCount, formatDate, formatDateTime, formatPlural } from "@/lib/format";

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
  const [missing, setMissing] = useState<string | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const save = useSaveAlert(alert?.id ?? null);
  const instrument = useInstrument(draft.symbol).data;
  const condition = conditionOf(draft);
  const check = useConditionCheck(draft.symbol, draft.interval, condition);
  const change = (part: Partial<AlertDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setMissing(null);
  };

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
    } catch {
      // Shown in the form.
    }
  }

  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent className="max-h-[calc(100dvh-2rem)] max-w-xl overflow-y-auto">
        {secret ? (
          <SecretShown secret={secret} onClose={onClose} />
        ) : (
          <>
            <DialogHeader>
              <DialogTitle>{alert ? "Change the alert" : "New alert"}</DialogTitle>
              <DialogDescription>You are told here, and by a webhook if you give one.</DialogDescription>
            </DialogHeader>
            <div className="grid gap-4">
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
                  className="max-w-full"
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
                instrumentId={instrument?.id ?? null}
              />
              <CheckAnswer check={check} isByDay={/day|week|month/.test(draft.interval)} />
              <div className="grid gap-4 sm:grid-cols-2">
                <Choice
                  label="Looked at"
                  value={draft.on}
                  onChange={(on) => change({ on: on as AlertDraft["on"] })}
                  choices={{ closed_bar: "As bars close", tick: "At every price" }}
                />
                <Choice
                  label="Fires"
                  value={draft.repeat}
                  onChange={(repeat) => change({ repeat: repeat as AlertDraft["repeat"] })}
                  choices={{ once: "Once", every: "Every time" }}
                />
                {draft.repeat === "every" && (
                  <Field label="Cool-down, minutes" id="alert-cool-down">
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
              <Field label="Webhook" id="alert-webhook" isOptional>
                <Input
                  id="alert-webhook"
                  type="url"
                  autoComplete="off"
                  placeholder="https://"
                  value={draft.webhookUrl}
                  onChange={(event) => change({ webhookUrl: event.target.value })}
                />
              </Field>
              {missing && (
                <p role="alert" className="text-[0.8125rem] text-destructive">
                  {missing}
                </p>
              )}
              {save.isError && <ErrorNote error={save.error} />}
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

function ConditionFields({
  draft,
  change,
  error,
  instrumentId,
}: {
  draft: AlertDraft;
  change: (part: Partial<AlertDraft>) => void;
  error: unknown;
  instrumentId: string | null;
}) {
  const drawings = useWatchableDrawings(draft.kind === "drawing" ? instrumentId : null);
  if (draft.kind === "rule") {
    const problems = error instanceof ApiProblem && error.code === "rule_invalid" ? error.errors : [];
    const marks = problems.map((one) => ({
      line: one.line ?? 1,
      column: one.column ?? 1,
      code: one.code ?? "",
      message: one.message,
    }));
    return (
      <div className="overflow-hidden rounded-md border">
        <RuleEditor
          source={draft.source}
          onChange={(source) => change({ source })}
          problems={marks}
          onSave={() => undefined}
          onRun={() => undefined}
          describedBy="alert-rule-help"
          className="h-28"
        />
        <p id="alert-rule-help" className="border-t px-3 py-2 text-xs text-muted-foreground">
          {marks[0]
            ? `Line ${marks[0].line}, column ${marks[0].column}: ${marks[0].message}`
            : "The last line is the condition: true or false on each bar. Lines before it may give names."}
        </p>
      </div>
    );
  }
  if (draft.kind === "price")
    return (
      <div className="flex flex-wrap items-end gap-2">
        <Picked
          label="Direction"
          value={draft.direction}
          onChange={(direction) => change({ direction: direction as AlertDraft["direction"] })}
          choices={["crosses", "crosses_above", "crosses_below"]}
        />
        <Field label="Price" id="alert-level">
          <Input
            id="alert-level"
            inputMode="decimal"
            autoComplete="off"
            className="w-36 text-right tabular-nums"
            value={draft.level}
            onChange={(event) => change({ level: event.target.value })}
          />
        </Field>
      </div>
    );
  const items = drawings.data ?? [];
  const chosen = items.find((one) => one.id === draft.drawingId);
  const isBand = chosen?.kind === "rectangle";
  if (drawings.isSuccess && items.length === 0)
    return (
      <p className="text-[0.8125rem] text-muted-foreground">
        Nothing is drawn on this instrument yet. Draw a line or a rectangle on its chart first.
      </p>
    );
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Picked
        label="Direction"
        value={draft.drawingDirection}
        onChange={(one) => change({ drawingDirection: one as AlertDraft["drawingDirection"] })}
        choices={isBand ? ["crosses", "enters", "leaves"] : ["crosses", "crosses_above", "crosses_below"]}
      />
      <div className="grid gap-1.5">
        <Label htmlFor="alert-drawing">Drawing</Label>
        <Select
          value={draft.drawingId}
          onValueChange={(drawingId) => change({ drawingId, drawingDirection: "crosses" })}
        >
          <SelectTrigger id="alert-drawing" className="w-64">
            <SelectValue placeholder="Choose" />
          </SelectTrigger>
          <SelectContent>
            {items.map((one) => (
              <SelectItem key={one.id} value={one.id}>
                {describeDrawing(one)}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      </div>
    </div>
  );
}

function Picked({
  label,
  value,
  onChange,
  choices,
}: {
  label: string;
  value: keyof typeof DIRECTION_WORDS;
  onChange: (value: string) => void;
  choices: (keyof typeof DIRECTION_WORDS)[];
}) {
  return (
    <div className="grid gap-1.5">
      <Label htmlFor="alert-direction">{label}</Label>
      <Select value={value} onValueChange={onChange}>
        <SelectTrigger id="alert-direction" className="w-40">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          {choices.map((one) => (
            <SelectItem key={one} value={one}>
              {DIRECTION_WORDS[one]}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
    </div>
  );
}

function CheckAnswer({ check, isByDay }: { check: ReturnType<typeof useConditionCheck>; isByDay: boolean }) {
  const isRuleProblem = check.error instanceof ApiProblem && check.error.code === "rule_invalid";
  return (
    <p aria-live="polite" className="min-h-5 text-[0.8125rem] text-muted-foreground tabular-nums">
      {!check.isAsked
        ? "Say a condition to see how often it would have fired."
        : check.isFetching
          ? "Looking at the stored bars…"
          : isRuleProblem
            ? ""
            : check.isError
              ? check.error.message
              : check.data &&
                (check.data.bars === 0
                  ? "No bars are stored yet."
                  : `Would have fired ${formatPlural(check.data.count, "time")} in the last ${formatCount(check.data.bars)} bars` +
                    (check.data.last_at
                      ? `, last on ${isByDay ? formatDate(check.data.last_at) : `${formatDateTime(check.data.last_at)} UTC`}.`
                      : "."))}
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

function Field({
  label,
  id,
  isOptional = false,
  children,
}: {
  label: string;
  id: string;
  isOptional?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>
        {label} {isOptional && <span className="font-normal text-muted-foreground">optional</span>}
      </Label>
      {children}
    </div>
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
