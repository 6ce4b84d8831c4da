"use client";

import { PencilLine, ScrollText } from "lucide-react";
import Link from "next/link";

import { EmptyState } from "@/components/common/empty-state";
import { Button } from "@/components/ui/button";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Labelled } from "@/features/research/components/goal-fields";
import { useStrategies } from "@/features/strategies/api";
import { RuleText } from "@/features/strategies/components/rule-text";

/** The rule of a search: a saved strategy, or a text that came along. */
export type SearchRule = {
  strategyId: string | null;
  version: number | null;
  name: string | null;
  source: string;
};

const OWN_TEXT = "text";

/** Which rule is searched, and its text. */
export function RuleChoice({
  rule,
  ownText,
  onChoose,
}: {
  rule: SearchRule | null;
  /** A text that no saved strategy holds, from the editor or a run. */
  ownText: SearchRule | null;
  onChoose: (rule: SearchRule) => void;
}) {
  const strategies = useStrategies();
  const chosen = rule ? (rule.strategyId ?? OWN_TEXT) : "";
  // The chosen one may stand on a later page of the list.
  const isListed = strategies.items.some(({ id }) => id === rule?.strategyId);
  if (strategies.isSuccess && strategies.items.length === 0 && ownText === null && rule === null)
    return (
      <EmptyState
        icon={ScrollText}
        title="No strategy to search yet"
        className="py-6"
        action={
          <Button asChild size="sm">
            <Link href="/strategies/new">Write a rule</Link>
          </Button>
        }
      >
        Write a rule with a parameter, then come back: “Sweep this rule” beside its parameters leads here.
      </EmptyState>
    );
  return (
    <div className="grid gap-3">
      <Labelled
        label="Rule"
        hint="Of a saved strategy the latest version is searched, or the one you came with."
      >
        {({ id }) => (
          <div className="flex gap-2">
            <Select
              value={chosen}
              onValueChange={(next) => {
                if (next === OWN_TEXT) return ownText && onChoose(ownText);
                const strategy = strategies.items.find((item) => item.id === next);
                if (strategy)
                  onChoose({
                    strategyId: strategy.id,
                    version: strategy.version,
                    name: strategy.name,
                    source: strategy.source,
                  });
              }}
            >
              <SelectTrigger id={id} className="min-w-0">
                <SelectValue placeholder="Choose a strategy" />
              </SelectTrigger>
              <SelectContent>
                {ownText && (
                  <SelectItem value={OWN_TEXT}>
                    {ownText.name ? `${ownText.name} (text you came with)` : "The text you came with"}
                  </SelectItem>
                )}
                {rule?.strategyId && !isListed && (
                  <SelectItem value={rule.strategyId}>{rule.name}</SelectItem>
                )}
                {strategies.items.map(({ id: strategyId, name, version }) => (
                  <SelectItem key={strategyId} value={strategyId}>
                    {name}{" "}
                    <span className="text-muted-foreground">
                      v{strategyId === rule?.strategyId ? (rule.version ?? version) : version}
                    </span>
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
            {rule?.strategyId && (
              <Button asChild variant="outline">
                <Link href={`/strategies/${rule.strategyId}`}>
                  <PencilLine aria-hidden /> Edit
                </Link>
              </Button>
            )}
          </div>
        )}
      </Labelled>
      {rule && <RuleText source={rule.source} />}
    </div>
  );
}
