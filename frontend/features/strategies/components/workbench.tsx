"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { EllipsisVertical, Grid3x3, Pencil, Save, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useForm } from "react-hook-form";
import { toast } from "@/components/ui/sonner";

import { ConfirmDialog } from "@/components/common/confirm-dialog";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useStartRun } from "@/features/backtests/api";
import { RunForm } from "@/features/backtests/components/run-form";
import { keepLastSettings } from "@/features/backtests/last-settings";
import { runSettingsSchema, toRequest, type RunSettings } from "@/features/backtests/run-settings";
import { sweepPathOfRule } from "@/features/research/paths";
import { useDeleteStrategy, useRuleCheck, useSaveStrategy } from "@/features/strategies/api";
import { BeginWith } from "@/features/strategies/components/begin-with";
import { LanguageReference } from "@/features/strategies/components/language-reference";
import { NameDialog } from "@/features/strategies/components/name-dialog";
import { ParameterForm, parameterValues } from "@/features/strategies/components/parameter-form";
import { ProblemList } from "@/features/strategies/components/problem-list";
import { RuleEditor, type RuleEditorHandle } from "@/features/strategies/components/rule-editor";
import { VersionDiffDialog } from "@/features/strategies/components/version-diff";
import { VersionMenu } from "@/features/strategies/components/version-menu";
import { dropDraft, findDraft, keepDraft } from "@/features/strategies/drafts";
import { writeParameterDefault } from "@/features/strategies/rule-tokens";
import { useLeaveGuard } from "@/features/strategies/use-leave-guard";
import type { RuleProblemRead, StrategyRead } from "@/lib/api/generated";
import { placeErrors } from "@/lib/api/place-errors";
import { ApiProblem } from "@/lib/api/problem";
import { formatAgo } from "@/lib/format";

const NO_PROBLEMS: RuleProblemRead[] = [];

export type WorkbenchStart = {
  /** What the editor begins with when it is not the saved text. */
  source: string;
  /** The version that text is; null when it is no version's. */
  version: number | null;
  suggestedName: string;
  parameters: Record<string, number>;
  settings: RunSettings;
};

type OpenDialog = "save" | "rename" | "delete" | "compare" | null;

/** Where a rule is written, saved and run. */
export function Workbench({
  strategy,
  start,
  onCreated,
}: {
  strategy: StrategyRead | null;
  start: WorkbenchStart;
  /** The rule was saved for the first time. */
  onCreated?: (strategy: StrategyRead) => void;
}) {
  const router = useRouter();
  const id = useId();
  const editor = useRef<RuleEditorHandle>(null);
  const draftKey = strategy?.id ?? "new";
  const [draft] = useState(() => findDraft(draftKey));
  const isRestored = draft !== null && draft !== start.source;
  const [source, setSource] = useState(isRestored ? draft : start.source);
  const [opened, setOpened] = useState({ source: start.source, version: start.version });
  const [set, setParameters] = useState(start.parameters);
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const [showsRestored, setShowsRestored] = useState(isRestored);
  const check = useRuleCheck(source);
  const save = useSaveStrategy();
  const remove = useDeleteStrategy();
  const run = useStartRun();
  const form = useForm<RunSettings>({
    resolver: zodResolver(runSettingsSchema),
    defaultValues: start.settings,
    mode: "onChange",
  });

  const saved = strategy?.source ?? "";
  const isChanged = strategy ? source !== strategy.source : source.trim() !== "";
  /** The saved version that the editor's text is, if any: then the run names it instead of carrying the text. */
  const version =
    strategy && source === strategy.source
      ? strategy.version
      : source === opened.source
        ? opened.version
        : null;
  const guard = useLeaveGuard(isChanged && version === null);

  useEffect(() => {
    if (isChanged && version === null) keepDraft(draftKey, source);
    else dropDraft(draftKey);
  }, [draftKey, source, isChanged, version]);

  const problems = check.data && check.isFresh ? check.data.errors : NO_PROBLEMS;
  const parameters = useMemo(
    () => check.data?.parameters ?? strategy?.parameters ?? [],
    [check.data, strategy],
  );
  const values = useMemo(() => parameterValues(parameters, set), [parameters, set]);
  const isBroken = check.isFresh && check.data?.ok === false;
  const isEmpty = source.trim() === "";

  useEffect(() => {
    document.title = `${strategy?.name ?? "New rule"} · Flowrex`;
  }, [strategy?.name]);

  /** Shows what the server refused where it belongs: problems of the rule come from the checker anyway. */
  function explain(error: unknown, what: string) {
    if (error instanceof ApiProblem && error.code === "rule_invalid") {
      const first = error.errors[0];
      toast.error(
        `The rule has ${error.errors.length === 1 ? "a problem" : "problems"}, so it was not ${what}.`,
      );
      if (first?.line) editor.current?.goTo(first.line, first.column ?? 1);
    } else toast.error(error instanceof Error ? error.message : `It was not ${what}.`);
  }

  function saveRule() {
    if (isEmpty || save.isPending) return;
    if (!strategy) return setDialog("save");
    if (source === saved) return void toast.info(`Version ${strategy.version} holds this text already.`);
    save.mutate(
      { id: strategy.id, source },
      {
        onSuccess: (next) => {
          setOpened({ source: next.source, version: next.version });
          setShowsRestored(false);
          toast.success(`Saved as version ${next.version}.`);
        },
        onError: (error) => explain(error, "saved"),
      },
    );
  }

  function createRule(name: string) {
    save.mutate(
      { id: null, name, source },
      {
        onSuccess: (next) => {
          dropDraft("new");
          setOpened({ source: next.source, version: next.version });
          setDialog(null);
          toast.success(`“${next.name}” is saved.`);
          onCreated?.(next);
        },
      },
    );
  }

  function requestRun(settings: RunSettings) {
    if (blocked !== null || run.isPending) return;
    keepLastSettings(settings);
    const rule = strategy && version !== null ? { strategy_id: strategy.id, version } : { source };
    run.mutate(
      { ...toRequest(settings), ...rule, parameters: values },
      {
        onSuccess: (answer) => router.push(`/backtests/${answer.id}`),
        onError: (error) => {
          if (error.code === "rule_invalid") explain(error, "run");
          placeErrors(form.setError, Object.keys(settings), error);
        },
      },
    );
  }

  function startRun() {
    void form.handleSubmit(requestRun)(); // the first field that is wrong says so, and has the cursor
  }

  function sweepRule() {
    keepLastSettings(form.getValues());
    // The text stays behind as a draft, so nothing is lost by leaving.
    router.push(
      sweepPathOfRule(strategy && version === strategy.version ? { strategyId: strategy.id } : { source }),
    );
  }

  const blocked = isEmpty
    ? "Write a rule first."
    : isBroken
      ? "The rule has problems. Correct them to run it."
      : null;

  return (
    <>
      <PageHeader
        title={strategy?.name ?? "New rule"}
        description={
          strategy
            ? version === strategy.version
              ? `Version ${strategy.version}, saved ${formatAgo(strategy.updated_at)}`
              : version !== null
                ? `Version ${version}; the latest is ${strategy.version}. Saving makes this text version ${strategy.version + 1}.`
                : `Changed since version ${strategy.version}`
            : isEmpty
              ? "Write a rule, or begin with an example."
              : isBroken
                ? "Not saved yet."
                : "Not saved yet. It can be run as it is."
        }
        actions={
          <>
            {strategy && (
              <VersionMenu
                strategyId={strategy.id}
                current={version}
                latest={strategy.version}
                onCompare={() => setDialog("compare")}
                onOpen={(chosen) => {
                  setOpened({ source: chosen.source, version: chosen.version });
                  setSource(chosen.source);
                  setShowsRestored(false);
                }}
              />
            )}
            <Button
              size="sm"
              variant={isChanged ? "default" : "outline"}
              pending={save.isPending && dialog === null}
              disabled={isEmpty || isBroken || (strategy !== null && source === saved)}
              onClick={saveRule}
              title={isBroken ? "A rule with problems cannot be saved" : "Ctrl-S or ⌘S"}
            >
              {!(save.isPending && dialog === null) && <Save aria-hidden />}
              {strategy ? `Save version ${strategy.version + 1}` : "Save"}
            </Button>
            {strategy && (
              <DropdownMenu>
                <DropdownMenuTrigger asChild>
                  <Button variant="ghost" size="icon-sm" aria-label="More about this strategy">
                    <EllipsisVertical aria-hidden />
                  </Button>
                </DropdownMenuTrigger>
                <DropdownMenuContent align="end">
                  <DropdownMenuItem onSelect={() => setDialog("rename")}>
                    <Pencil aria-hidden /> Rename
                  </DropdownMenuItem>
                  <DropdownMenuItem variant="destructive" onSelect={() => setDialog("delete")}>
                    <Trash2 aria-hidden /> Delete
                  </DropdownMenuItem>
                </DropdownMenuContent>
              </DropdownMenu>
            )}
          </>
        }
      />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_23rem] xl:grid-cols-[minmax(0,1fr)_25rem]">
        <div className="grid min-w-0 grid-cols-1 gap-4">
          <Card className="overflow-hidden">
            <CardHeader className="border-b py-2">
              <CardTitle>Rule</CardTitle>
              <LanguageReference onChoose={(word) => editor.current?.insert(word)} />
            </CardHeader>
            {showsRestored && (
              <div
                className="flex flex-wrap items-center gap-2 border-b bg-warn/10 px-4 py-1.5 text-[0.8125rem]"
                role="status"
              >
                Changes you had not saved are back.
                <Button
                  variant="link"
                  size="sm"
                  className="h-6 px-1"
                  onClick={() => {
                    setSource(start.source);
                    setShowsRestored(false);
                  }}
                >
                  Discard them
                </Button>
              </div>
            )}
            <RuleEditor
              ref={editor}
              source={source}
              onChange={setSource}
              problems={problems}
              onSave={saveRule}
              onRun={startRun}
              describedBy={`${id}-problems`}
              className="h-80 lg:h-[calc(100dvh-30rem)] lg:min-h-80"
            />
            {isEmpty && <BeginWith onChoose={setSource} />}
            <ProblemList
              id={`${id}-problems`}
              check={check.data}
              isFresh={check.isFresh}
              isUnreachable={check.isError}
              isEmpty={isEmpty}
              onGoTo={(line, column) => editor.current?.goTo(line, column)}
            />
          </Card>
          <Card>
            <CardHeader>
              <CardTitle>Parameters</CardTitle>
              {parameters.length > 0 && (
                <Button variant="ghost" size="sm" disabled={blocked !== null} onClick={sweepRule}>
                  <Grid3x3 aria-hidden /> Sweep this rule
                </Button>
              )}
            </CardHeader>
            <CardContent>
              <ParameterForm
                parameters={parameters}
                values={values}
                onChange={(name, value) => setParameters((all) => ({ ...all, [name]: value }))}
                onMakeDefault={(name, value) => setSource((text) => writeParameterDefault(text, name, value))}
              />
            </CardContent>
          </Card>
        </div>
        <Card className="lg:sticky lg:top-4">
          <CardHeader>
            <CardTitle>Backtest</CardTitle>
          </CardHeader>
          <CardContent>
            <RunForm
              form={form}
              subject={{
                name: strategy?.name ?? null,
                version,
                isChanged: version === null,
                parameters: values,
                lookback: check.data?.lookback ?? null,
              }}
              onRun={startRun}
              isRunning={run.isPending || run.isSuccess}
              error={run.error && run.error.code !== "rule_invalid" ? run.error : null}
              blocked={blocked}
            />
          </CardContent>
        </Card>
      </div>

      <NameDialog
        isOpen={dialog === "save"}
        onClose={() => setDialog(null)}
        title="Save this rule"
        description="It becomes version 1 of a new strategy. Every later save makes a new version; none is lost."
        submitLabel="Save"
        initial={start.suggestedName}
        isPending={save.isPending}
        error={save.error}
        onSubmit={createRule}
      />
      {strategy && (
        <>
          <NameDialog
            isOpen={dialog === "rename"}
            onClose={() => setDialog(null)}
            title="Rename"
            description="Reports that were made before keep the strategy, under its new name."
            submitLabel="Rename"
            initial={strategy.name}
            isPending={save.isPending}
            error={save.error}
            onSubmit={(name) => save.mutate({ id: strategy.id, name }, { onSuccess: () => setDialog(null) })}
          />
          {dialog === "compare" && (
            <VersionDiffDialog
              strategyId={strategy.id}
              latest={strategy.version}
              first={version !== null && version < strategy.version ? version : strategy.version - 1}
              onClose={() => setDialog(null)}
            />
          )}
          <ConfirmDialog
            isOpen={dialog === "delete"}
            onClose={() => setDialog(null)}
            title={`Delete “${strategy.name}”?`}
            description={`All ${strategy.version === 1 ? "of it" : `${strategy.version} versions`} will be gone. Its reports stay and keep the text they ran.`}
            confirmLabel="Delete strategy"
            isPending={remove.isPending}
            error={remove.error}
            onConfirm={() =>
              remove.mutate(strategy.id, {
                onSuccess: () => {
                  dropDraft(strategy.id);
                  toast.success(`“${strategy.name}” is deleted.`);
                  router.replace("/strategies");
                },
              })
            }
          />
        </>
      )}
      <ConfirmDialog
        isOpen={guard.target !== null}
        onClose={guard.stay}
        title="Leave without saving?"
        description="The rule has changes that are not saved. They stay in this tab until you close it."
        confirmLabel="Leave"
        cancelLabel="Stay"
        onConfirm={guard.leave}
      />
    </>
  );
}
