"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { useForm, useWatch } from "react-hook-form";

import { ErrorNote } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Form } from "@/components/ui/form";
import { Skeleton } from "@/components/ui/skeleton";
import { RunTermsFields } from "@/features/backtests/components/run-terms-fields";
import { keepLastSettings } from "@/features/backtests/last-settings";
import { runSettingsSchema, toRequest, type RunSettings } from "@/features/backtests/run-settings";
import { useStartSweep, useStartWalkForward, useSweepPreview } from "@/features/research/api";
import { GoalFields, MethodFields, WindowFields } from "@/features/research/components/goal-fields";
import { PreviewNote } from "@/features/research/components/preview-note";
import { RangeRows } from "@/features/research/components/range-rows";
import { RuleChoice, type SearchRule } from "@/features/research/components/rule-choice";
import type { SearchMethod, SweepRequest, WalkForwardRequest } from "@/features/research/contract";
import { keepRanges } from "@/features/research/ranges";
import {
  findSearchProblems,
  firstSearch,
  rangesOfAxes,
  toSearchRequest,
  toWindowRequest,
  type SearchKind,
  type SearchSettings,
} from "@/features/research/search-settings";
import type { SearchStart } from "@/features/research/use-search-start";
import { useRuleCheck, useSettled } from "@/features/strategies/api";
import type { ParameterRead } from "@/lib/api/generated";

const METHODS: Record<SearchKind, SearchMethod[]> = {
  sweep: ["grid", "random", "tpe"],
  "walk-forward": ["grid", "random"],
};
const PREVIEW_DELAY_MS = 400;
const NO_PARAMETERS: ParameterRead[] = [];

function toRule({ strategyId, version, source }: SearchRule) {
  return strategyId ? { strategy_id: strategyId, version } : { source };
}

function beginSearch(
  kind: SearchKind,
  start: SearchStart,
  parameters: readonly ParameterRead[],
): SearchSettings {
  const first = firstSearch(parameters, start.settings.interval);
  const { sweep } = start;
  if (!sweep) {
    const ranges = Object.fromEntries(
      Object.entries(first.ranges).map(([name, texts]) => [
        name,
        { ...texts, fixed: String(start.parameters[name] ?? texts.fixed) },
      ]),
    );
    return { ...first, ranges };
  }
  return {
    ...first,
    method: METHODS[kind].includes(sweep.method) ? sweep.method : "grid",
    ranges: rangesOfAxes(parameters, sweep.axes, sweep.fixed),
    sets: String(sweep.sets),
    seed: String(sweep.seed),
    objective: sweep.objective as SearchSettings["objective"],
    minTrades: String(sweep.constraints.min_trades ?? ""),
    maxDrawdown: sweep.constraints.max_drawdown ? String(sweep.constraints.max_drawdown * 100) : "",
  };
}

/** What a search is asked for: the rule, what to vary, on which market, and what to look for. */
export function SearchForm({ kind, start }: { kind: SearchKind; start: SearchStart }) {
  const router = useRouter();
  const [rule, setRule] = useState(start.rule);
  const check = useRuleCheck(rule?.source ?? "");
  const known = check.isFresh && check.data?.ok ? check.data.parameters : null;
  const parameters = known ?? NO_PARAMETERS;
  const ruleProblem =
    rule === null
      ? "Choose a rule first."
      : check.isFresh && check.data?.ok === false
        ? "The rule has problems. Correct them in the editor first."
        : null;
  const [typed, setSearch] = useState<SearchSettings>(() => firstSearch([], start.settings.interval));
  const [hasBegun, setBegun] = useState(false);
  // The ranges begin once the rule's parameters are known.
  if (known !== null && !hasBegun) {
    setBegun(true);
    setSearch(beginSearch(kind, start, known));
  }
  const search = useMemo(
    () => ({ ...typed, ranges: keepRanges(parameters, typed.ranges) }),
    [typed, parameters],
  );
  const change = (next: Partial<SearchSettings>) => setSearch((now) => ({ ...now, ...next }));
  const form = useForm<RunSettings>({
    resolver: zodResolver(runSettingsSchema),
    defaultValues: start.settings,
    mode: "onChange",
  });
  const settings = useWatch({ control: form.control }) as RunSettings;
  const terms = runSettingsSchema.safeParse(settings);
  const problems = useMemo(() => findSearchProblems(kind, parameters, search), [kind, parameters, search]);
  const problem =
    ruleProblem ??
    (known === null
      ? null
      : (problems.ranges ??
        (Object.keys(problems).length > 0 ? "Correct the marked fields." : null) ??
        (!settings.symbol
          ? "Choose an instrument."
          : terms.success
            ? null
            : "Correct the marked fields of market and costs.")));

  const body: SweepRequest | null =
    problem === null && known !== null && rule && terms.success
      ? { ...toRequest(terms.data), ...toRule(rule), ...toSearchRequest(parameters, search) }
      : null;
  const settled = useSettled(JSON.stringify(body), PREVIEW_DELAY_MS);
  const preview = useSweepPreview(settled === JSON.stringify(body) ? body : null);
  const sweep = useStartSweep();
  const walk = useStartWalkForward();
  const starting = kind === "sweep" ? sweep : walk;

  function begin() {
    void form.handleSubmit((valid) => {
      if (!body || starting.isPending) return;
      keepLastSettings(valid);
      if (kind === "sweep")
        sweep.mutate(body, { onSuccess: ({ id }) => router.push(`/research/sweeps/${id}`) });
      else
        walk.mutate({ ...body, ...toWindowRequest(search) } as WalkForwardRequest, {
          onSuccess: ({ id }) => router.push(`/research/walk-forwards/${id}`),
        });
    })();
  }

  const isStarting = starting.isPending || starting.isSuccess;
  const isBlocked = body === null || preview.isError || isStarting;
  const label = kind === "sweep" ? "Start the sweep" : "Start the walk-forward";
  return (
    <form
      noValidate
      className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_23rem]"
      onSubmit={(event) => {
        event.preventDefault();
        begin();
      }}
    >
      <div className="grid min-w-0 gap-4">
        <Card>
          <CardHeader>
            <CardTitle>What to run</CardTitle>
          </CardHeader>
          <CardContent>
            <RuleChoice
              rule={rule}
              ownText={start.ownText}
              onChoose={(next) => {
                setRule(next);
                change({ ranges: {} });
              }}
            />
          </CardContent>
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>What to vary</CardTitle>
          </CardHeader>
          <CardContent className="grid grid-cols-1 gap-3">
            {known === null && rule !== null && ruleProblem === null ? (
              <div role="status" aria-label="Loading the rule's parameters" className="grid gap-2">
                <Skeleton className="h-14" />
                <Skeleton className="h-14" />
              </div>
            ) : parameters.length === 0 ? (
              <p className="text-[0.8125rem] text-muted-foreground">
                {rule === null
                  ? "Choose a rule to see its parameters."
                  : "This rule has no parameter to vary."}{" "}
                A line like <code className="font-mono text-foreground">fast = param(10, 5, 50)</code> in a
                rule makes one.
              </p>
            ) : (
              <>
                <MethodFields search={search} methods={METHODS[kind]} problems={problems} onChange={change} />
                <RangeRows
                  parameters={parameters}
                  ranges={search.ranges}
                  onChange={(ranges) => change({ ranges })}
                />
              </>
            )}
          </CardContent>
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>Market and costs</CardTitle>
          </CardHeader>
          <CardContent className="grid grid-cols-1 gap-4">
            <Form {...form}>
              <RunTermsFields form={form} />
            </Form>
          </CardContent>
        </Card>
      </div>
      <Card className="lg:sticky lg:top-4">
        <CardHeader>
          <CardTitle>{kind === "sweep" ? "What to look for" : "Choose, then judge"}</CardTitle>
        </CardHeader>
        <CardContent className="grid grid-cols-1 gap-4">
          {kind === "walk-forward" && <WindowFields search={search} problems={problems} onChange={change} />}
          <GoalFields search={search} problems={problems} onChange={change} />
          <PreviewNote kind={kind} search={search} preview={preview} problem={problem} />
          {starting.isError && <ErrorNote error={starting.error} />}
          <Button type="submit" size="lg" pending={isStarting} aria-disabled={isBlocked || undefined}>
            {!isStarting && <Play aria-hidden />} {isStarting ? "Starting" : label}
          </Button>
        </CardContent>
      </Card>
    </form>
  );
}
