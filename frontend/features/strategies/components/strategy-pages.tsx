"use client";

import { FileQuestion } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useMemo, useState, type ReactNode } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { useRun } from "@/features/backtests/api";
import { findLastSettings } from "@/features/backtests/last-settings";
import { settingsOfRun, type RunSettings } from "@/features/backtests/run-settings";
import { useInstrumentSearch } from "@/features/chart/api";
import { SYMBOL_PATTERN } from "@/features/chart/chart-state";
import { isInterval } from "@/features/chart/intervals";
import { useExamples, useLibrary, useStrategy } from "@/features/strategies/api";
import { Workbench, type WorkbenchStart } from "@/features/strategies/components/workbench";
import type { RunRead } from "@/lib/api/generated";
import { isId } from "@/lib/ids";

const NEW_STRATEGY_PATH = "/strategies/new";

function WorkbenchSkeleton() {
  return (
    <div
      className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_23rem]"
      role="status"
      aria-label="Loading the rule"
    >
      <Skeleton className="h-7 w-48 lg:col-span-2" />
      <Skeleton className="h-[60dvh]" />
      <Skeleton className="h-[60dvh]" />
    </div>
  );
}

/** Where the run form begins: as a run was asked, else as the last one in this browser, on the symbol of the address. */
function presetSettings(
  params: URLSearchParams,
  run: RunRead | undefined,
  firstSymbol: string | undefined,
): RunSettings {
  const settings = run ? settingsOfRun(run) : findLastSettings();
  const symbol = params.get("symbol")?.toUpperCase() ?? "";
  const interval = params.get("interval");
  if (!run && SYMBOL_PATTERN.test(symbol)) {
    const isOther = symbol !== settings.symbol;
    Object.assign(settings, { symbol, ...(isOther && { start: "", through: "" }) });
    if (isInterval(interval)) settings.interval = interval;
  }
  return { ...settings, symbol: settings.symbol || (firstSymbol ?? "") };
}

/** Loads what the address names (`?run=`, `?example=`, `?library=`, `?symbol=`) and hands over once all of it is there. */
function WithPresets({
  params,
  children,
}: {
  params: URLSearchParams;
  children: (presets: { run?: RunRead; settings: RunSettings }) => ReactNode;
}) {
  const runId = params.get("run");
  return runId ? (
    <WithRun id={runId} params={params}>
      {children}
    </WithRun>
  ) : (
    <WithFirstSymbol params={params}>{children}</WithFirstSymbol>
  );
}

function WithRun({
  id,
  params,
  children,
}: {
  id: string;
  params: URLSearchParams;
  children: (presets: { run?: RunRead; settings: RunSettings }) => ReactNode;
}) {
  const run = useRun(id);
  if (run.isError)
    return (
      <ErrorState
        title="The run to start from could not be loaded"
        error={run.error}
        onRetry={() => void run.refetch()}
      />
    );
  if (run.isPending) return <WorkbenchSkeleton />;
  return children({ run: run.data, settings: presetSettings(params, run.data, undefined) });
}

function WithFirstSymbol({
  params,
  children,
}: {
  params: URLSearchParams;
  children: (presets: { settings: RunSettings }) => ReactNode;
}) {
  const instruments = useInstrumentSearch("");
  // Without instruments the page still works; the form says what is missing.
  if (instruments.isPending) return <WorkbenchSkeleton />;
  const first = instruments.data?.find((instrument) => instrument.intervals.length > 0)?.symbol;
  return children({ settings: presetSettings(params, undefined, first) });
}

/**
 * What the address of the new rule asks for. Saving gives the page the strategy's own address, without these; the
 * editor must not start again because of that.
 */
export function useAskedPresets(): URLSearchParams {
  const pathname = usePathname();
  const params = useSearchParams();
  const [asked, setAsked] = useState<URLSearchParams>(params);
  if (pathname === NEW_STRATEGY_PATH && asked.toString() !== params.toString()) setAsked(params);
  return asked;
}

/** `/strategies/new`: an empty rule, an example, one of the library, or the text of a run. */
export function NewStrategyPage() {
  const params = useAskedPresets();
  const exampleName = params.get("example");
  const slug = params.get("library");
  const examples = useExamples();
  const library = useLibrary(slug !== null);
  if ((exampleName !== null && examples.isPending) || library.isLoading) return <WorkbenchSkeleton />;
  const example =
    examples.data?.find((item) => item.name === exampleName) ??
    library.data?.find((item) => item.slug === slug);
  return (
    <WithPresets params={params}>
      {({ run, settings }) => (
        <NewStrategy
          start={{
            source: run?.source ?? example?.source ?? "",
            version: null,
            suggestedName: run?.strategy_name ?? example?.name ?? "",
            parameters: run?.parameters ?? {},
            settings,
          }}
        />
      )}
    </WithPresets>
  );
}

function NewStrategy({ start }: { start: WorkbenchStart }) {
  const [id, setId] = useState<string | null>(null);
  const strategy = useStrategy(id);
  const [first] = useState(start);
  return (
    <Workbench
      strategy={strategy.data ?? null}
      start={first}
      onCreated={(created) => {
        setId(created.id);
        // The same page goes on under the strategy's own address.
        window.history.replaceState(null, "", `/strategies/${created.id}`);
      }}
    />
  );
}

function NoSuchStrategy() {
  return (
    <EmptyState
      icon={FileQuestion}
      title="There is no such strategy"
      heading="h1"
      action={
        <Button asChild variant="outline" size="sm">
          <Link href="/strategies">All strategies</Link>
        </Button>
      }
    >
      It may have been deleted, or it belongs to somebody else.
    </EmptyState>
  );
}

/** `/strategies/<id>`, with `?run=` in the version and with the settings of that run. */
export function StrategyPage({ id }: { id: string }) {
  return isId(id) ? <KnownStrategyPage id={id} /> : <NoSuchStrategy />;
}

function KnownStrategyPage({ id }: { id: string }) {
  const params = useSearchParams();
  const strategy = useStrategy(id);
  if (strategy.isError)
    return strategy.error.isNotFound ? (
      <NoSuchStrategy />
    ) : (
      <ErrorState
        title="The strategy could not be loaded"
        error={strategy.error}
        onRetry={() => void strategy.refetch()}
      />
    );
  if (strategy.isPending) return <WorkbenchSkeleton />;
  return (
    <WithPresets params={params}>
      {({ run, settings }) => <SavedStrategy id={id} run={run} settings={settings} />}
    </WithPresets>
  );
}

function SavedStrategy({ id, run, settings }: { id: string; run?: RunRead; settings: RunSettings }) {
  const { data: strategy } = useStrategy(id);
  const [first] = useState({ run, settings, strategy: strategy! });
  const start = useMemo<WorkbenchStart>(() => {
    const isOfRun = first.run?.strategy_id === id;
    return {
      source: isOfRun ? first.run!.source : first.strategy.source,
      version: isOfRun ? first.run!.strategy_version : first.strategy.version,
      suggestedName: first.strategy.name,
      parameters: isOfRun ? first.run!.parameters : {},
      settings: first.settings,
    };
  }, [first, id]);
  // Deleted in this page: it is about to be left.
  if (!strategy) return <WorkbenchSkeleton />;
  return <Workbench strategy={strategy} start={start} />;
}
