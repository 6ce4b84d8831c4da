"use client";

import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { useRunMarket } from "@/features/backtests/components/run-terms-fields";
import { describeRun, settingsOfRun } from "@/features/backtests/run-settings";
import type { Sweep, WalkForward } from "@/features/research/contract";
import { describeAxes } from "@/features/research/ranges";
import { describeLimits, METHOD_WORDS, metricLabel } from "@/features/research/texts";
import { RuleText } from "@/features/strategies/components/rule-text";
import { formatPlural } from "@/lib/format";

/** The rule, the market, the costs and the ranges of a search, in sentences. */
export function WhatWasSearched({ search }: { search: Sweep | WalkForward }) {
  const market = useRunMarket(search.symbol);
  const limits = describeLimits(search.constraints);
  const [first, ...rest] = describeRun(
    {
      name: search.strategy_name,
      version: search.strategy_version,
      isChanged: false,
      parameters: search.fixed,
      lookback: null,
    },
    settingsOfRun(search),
    market,
  );
  const draws = search.method === "grid" ? "" : `, seed ${search.seed}`;
  return (
    <Card>
      <CardHeader>
        <CardTitle>What was searched</CardTitle>
      </CardHeader>
      <CardContent className="grid grid-cols-1 gap-3 text-[0.8125rem] leading-5">
        <div>
          <p className="font-medium">{first}</p>
          <p>
            {METHOD_WORDS[search.method].label} over {describeAxes(search.axes)}:{" "}
            {formatPlural(search.sets, "set")}
            {draws}, looking for the highest {metricLabel(search.objective)}
            {limits && ` with ${limits}`}.
          </p>
          {rest.map((sentence) => (
            <p key={sentence} className="text-muted-foreground">
              {sentence}
            </p>
          ))}
        </div>
        <RuleText source={search.source} />
      </CardContent>
    </Card>
  );
}
