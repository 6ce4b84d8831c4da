"use client";

import { Play } from "lucide-react";
import { useWatch, type UseFormReturn } from "react-hook-form";

import { ErrorNote } from "@/components/common/error-state";
import { ProgressLine } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { RunTermsFields, useRunMarket } from "@/features/backtests/components/run-terms-fields";
import { describeRun, type RunSettings, type RunSubject } from "@/features/backtests/run-settings";

/** What to run a rule on and at what costs, and in words what that comes to. */
export function RunForm({
  form,
  subject,
  onRun,
  isRunning,
  error,
  blocked,
}: {
  form: UseFormReturn<RunSettings>;
  subject: RunSubject;
  onRun: () => void;
  isRunning: boolean;
  error: unknown;
  /** Why it cannot run now, in a sentence. */
  blocked: string | null;
}) {
  const settings = useWatch({ control: form.control }) as RunSettings;
  const market = useRunMarket(settings.symbol);

  return (
    <Form {...form}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onRun();
        }}
      >
        <RunTermsFields form={form} allowsBasket />
        <section
          aria-label="What will run"
          aria-live="polite"
          className="rounded-md bg-muted/60 px-3 py-2.5 text-[0.8125rem] leading-5"
        >
          {describeRun(subject, settings, market).map((sentence, i) => (
            <p key={i} className={i === 0 ? "font-medium" : "text-muted-foreground"}>
              {sentence}
            </p>
          ))}
        </section>
        {error != null && <ErrorNote error={error} />}
        <div className="grid gap-2">
          <Button
            type="submit"
            size="lg"
            pending={isRunning}
            aria-disabled={blocked !== null || isRunning || undefined}
            aria-describedby="run-note"
          >
            {!isRunning && <Play aria-hidden />}
            {isRunning ? "Running" : "Run backtest"}
          </Button>
          {isRunning ? (
            <ProgressLine
              label="The run is under way; its report opens by itself"
              value={null}
              className="text-xs"
            />
          ) : (
            <p id="run-note" className="text-xs text-muted-foreground">
              {blocked ?? (
                <>
                  <kbd className="font-sans">⌘↵</kbd> or <kbd className="font-sans">Ctrl ↵</kbd> in the editor
                  runs it too.
                </>
              )}
            </p>
          )}
        </div>
      </form>
    </Form>
  );
}
