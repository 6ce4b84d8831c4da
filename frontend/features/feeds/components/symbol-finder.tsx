"use client";

import { PlugZap, Search } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { useProviders, useSymbolSearch } from "@/features/feeds/api";
import { BringData } from "@/features/feeds/components/bring-data";
import { FoundSymbol } from "@/features/feeds/components/found-symbol";
import { ProviderPanel } from "@/features/feeds/components/provider-panel";
import {
  DAY_CHOICES,
  MINUTE_CHOICES,
  USUAL_HISTORY,
  type HistoryChoice,
} from "@/features/feeds/history-choice";
import { adviseOnSearch, describeProvider } from "@/features/feeds/provider-words";
import { ASSET_CLASSES } from "@/features/market/labels";
import type { AssetClass } from "@/lib/api/contract";
import type { ProviderRead, SymbolRead } from "@/lib/api/generated";

const REST_MS = 400;
const ANY = "any";
/** What stands in the symbol of every simulated instrument. */
const SIMULATED = "SIM-";
const NO_MINUTES = "none";

/** Finds a symbol at the providers, and adds it. Arrows go from the field into the results and through them. */
export function SymbolFinder() {
  const start = useSearchParams().get("query")?.slice(0, 64) ?? "";
  const [typed, setTyped] = useState(start);
  const [words, setWords] = useState(start.trim());
  const [assetClass, setAssetClass] = useState<AssetClass | typeof ANY>(ANY);
  const [history, setHistory] = useState<HistoryChoice>(USUAL_HISTORY);
  const results = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const providers = useProviders();
  const search = useSymbolSearch(words, assetClass === ANY ? undefined : assetClass);

  useEffect(() => {
    const timer = setTimeout(() => setWords(typed.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    const query = words ? `?${new URLSearchParams({ query: words })}` : "";
    if (query !== window.location.search)
      window.history.replaceState(null, "", `${window.location.pathname}${query}`);
  }, [words]);

  function walk(event: KeyboardEvent) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [...(results.current?.querySelectorAll<HTMLElement>("[data-result]") ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    if (at === -1 && document.activeElement !== field.current) return;
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) field.current?.focus();
    else stops[next]?.focus();
  }

  const configured = providers.data?.filter((one) => one.is_configured && one.can_use) ?? [];
  return (
    <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid min-w-0 grid-cols-1 gap-4" onKeyDown={walk}>
        <Card className="grid grid-cols-1 gap-3 p-3">
          <div className="flex flex-wrap gap-2">
            <div className="relative min-w-48 flex-1">
              <Search className="absolute top-2 left-2.5 size-4 text-muted-foreground" aria-hidden />
              <Input
                ref={field}
                type="search"
                value={typed}
                autoFocus
                maxLength={64}
                onChange={(event) => setTyped(event.target.value)}
                onKeyDown={(event) => event.key === "Enter" && setWords(typed.trim())}
                placeholder="AAPL, EUR/USD, bitcoin…"
                aria-label="Symbol or name"
                className="h-8 pl-8"
              />
            </div>
            <Choice
              label="Class"
              value={assetClass}
              onChange={(value) => setAssetClass(value as AssetClass)}
              choices={{ [ANY]: "All classes", ...ASSET_CLASSES }}
            />
          </div>
          <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-2 text-xs text-muted-foreground">
            <legend className="sr-only">How much history is fetched</legend>
            <span className="flex items-center gap-2">
              Daily bars of
              <Choice
                label="Daily bars: how far back"
                value={history.days}
                onChange={(days) => setHistory({ ...history, days: days as HistoryChoice["days"] })}
                choices={DAY_CHOICES}
              />
            </span>
            <span className="flex items-center gap-2">
              Minutes of
              <Choice
                label="Minute bars: how far back"
                value={history.minutes || NO_MINUTES}
                onChange={(value) =>
                  setHistory({
                    ...history,
                    minutes: (value === NO_MINUTES ? "" : value) as HistoryChoice["minutes"],
                  })
                }
                choices={{ [NO_MINUTES]: MINUTE_CHOICES[""], ...withoutNone(MINUTE_CHOICES) }}
              />
            </span>
          </fieldset>
        </Card>
        <div ref={results} className="grid grid-cols-1 gap-4" aria-busy={search.isFetching}>
          <Results
            words={words}
            search={search}
            providers={providers.data ?? []}
            isNothingSetUp={providers.isSuccess && configured.length === 0}
            history={history}
            onTrySimulated={() => {
              setTyped(SIMULATED);
              setWords(SIMULATED);
            }}
          />
        </div>
      </div>
      <Card>
        <CardHeader>
          <CardTitle>Where it comes from</CardTitle>
        </CardHeader>
        <CardContent className="[&_ul]:grid-cols-1!">
          {providers.data ? (
            <ProviderPanel providers={providers.data} />
          ) : providers.error ? (
            <ErrorState
              error={providers.error}
              onRetry={() => void providers.refetch()}
              className="px-0 py-4"
            />
          ) : (
            <Skeleton className="h-24" />
          )}
        </CardContent>
      </Card>
    </div>
  );
}

function withoutNone(choices: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(choices).filter(([value]) => value !== ""));
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
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger size="sm" className="w-40" aria-label={label}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {Object.entries(choices)
          // Keys that are whole numbers come first in an object: by size is by length here too.
          .sort(([a], [b]) => (Number(a) || 0) - (Number(b) || 0))
          .map(([key, text]) => (
            <SelectItem key={key} value={key}>
              {text}
            </SelectItem>
          ))}
      </SelectContent>
    </Select>
  );
}

function Results({
  words,
  search,
  providers,
  isNothingSetUp,
  history,
  onTrySimulated,
}: {
  words: string;
  onTrySimulated: () => void;
  search: ReturnType<typeof useSymbolSearch>;
  providers: ProviderRead[];
  isNothingSetUp: boolean;
  history: HistoryChoice;
}) {
  const simulated = providers.some((one) => one.is_simulated && one.can_use) && (
    <Button variant="outline" size="sm" onClick={onTrySimulated}>
      Try a simulated market
    </Button>
  );
  if (isNothingSetUp)
    return (
      <Card>
        <EmptyState icon={PlugZap} title="No provider can be asked" action={<BringData />}>
          What each of them needs stands beside this. Bars from a file need none.
        </EmptyState>
      </Card>
    );
  if (words === "")
    return (
      <Card>
        <EmptyState icon={Search} title="Type a symbol or a name" action={simulated}>
          Every provider that is set up is asked. What you add comes with its history, and the chart fills as
          it arrives.
        </EmptyState>
      </Card>
    );
  if (search.isPending)
    return (
      <Card className="grid gap-3 p-4" role="status" aria-label="Loading">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-10" />
        ))}
      </Card>
    );
  if (search.error && !search.data)
    return (
      <Card>
        <ErrorState error={search.error} onRetry={() => void search.refetch()} />
      </Card>
    );
  const { items, problems } = search.data!;
  const titleOf = (name: string) => providers.find((one) => one.name === name)?.title ?? name;
  const names = [...new Set(items.map((item) => item.provider))];
  return (
    <>
      {problems.length > 0 && (
        <ul role="alert" className="grid gap-2">
          {problems.map((problem) => (
            <li key={problem.provider} className="rounded-md bg-warn/12 px-3 py-2 text-[0.8125rem]">
              {problem.code !== "provider_unavailable" && (
                <span className="font-medium">{titleOf(problem.provider)} could not be searched. </span>
              )}
              {problem.detail} <span className="text-muted-foreground">{adviseOnSearch(problem.code)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="sr-only" role="status">
        {items.length === 0 ? `Nothing found for ${words}` : `${items.length} found for ${words}`}
      </p>
      {items.length === 0 && (
        <Card>
          <EmptyState
            icon={Search}
            title={
              problems.length > 0
                ? `Nothing found for “${words}” where it could be searched`
                : `No provider has “${words}”`
            }
            action={
              <>
                {problems.length > 0 && (
                  <Button
                    variant="outline"
                    size="sm"
                    pending={search.isFetching}
                    onClick={() => void search.refetch()}
                  >
                    Retry
                  </Button>
                )}
                {simulated}
              </>
            }
          >
            Try the ticker alone, the company&apos;s name, or a pair such as EUR/USD. What no provider has can
            come in from a CSV file.
          </EmptyState>
        </Card>
      )}
      {names.map((name) => (
        <Group
          key={name}
          provider={providers.find((one) => one.name === name)}
          title={items.find((item) => item.provider === name)!.provider_title}
          found={items.filter((item) => item.provider === name)}
          history={history}
        />
      ))}
    </>
  );
}

function Group({
  provider,
  title,
  found,
  history,
}: {
  provider: ProviderRead | undefined;
  title: string;
  found: SymbolRead[];
  history: HistoryChoice;
}) {
  const words = provider && describeProvider(provider);
  return (
    <Card>
      <CardHeader>
        <CardTitle className="flex flex-wrap items-center gap-2">
          {title}
          {words && words.label !== "ready" && <Badge variant={words.tone}>{words.label}</Badge>}
        </CardTitle>
        {provider?.attribution && !provider.is_simulated && (
          <p className="text-xs font-normal text-muted-foreground">{provider.attribution}</p>
        )}
      </CardHeader>
      <ul className="divide-y border-t">
        {found.map((one) => (
          <FoundSymbol
            key={`${one.code} ${one.mic_code}`}
            found={one}
            intervals={provider?.intervals ?? []}
            history={history}
          />
        ))}
      </ul>
    </Card>
  );
}
