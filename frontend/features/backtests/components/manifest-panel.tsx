"use client";

import { Check, Copy } from "lucide-react";
import { useState, type ReactNode } from "react";
import { toast } from "@/components/ui/sonner";

import { Button } from "@/components/ui/button";
import { RuleText } from "@/features/strategies/components/rule-text";
import { termFacts, type AskedTerms } from "@/features/backtests/run-terms";
import { decimalsOf } from "@/features/backtests/run-settings";
import { longInterval } from "@/features/chart/intervals";
import type { ManifestRead } from "@/lib/api/generated";
import { formatCount, formatDate, formatDateTime, formatNumber } from "@/lib/format";

function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      toast.error("The browser did not allow copying. Select the text and copy it by hand.");
    }
  }
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={isCopied ? `${label}: copied` : `Copy ${label}`}
      onClick={() => void copy()}
      className="print:hidden"
    >
      {isCopied ? <Check className="text-up" aria-hidden /> : <Copy aria-hidden />}
    </Button>
  );
}

function Hash({ label, value }: { label: string; value: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="min-w-0 truncate font-mono text-xs" title={value}>
        {value}
      </code>
      <CopyButton text={value} label={label} />
    </span>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] items-center gap-x-3 border-b border-border/50 py-1 last:border-0">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="min-w-0 tabular-nums">{children}</dd>
    </div>
  );
}

function ParameterFact({ parameters }: { parameters: Record<string, number> }) {
  const settings = Object.entries(parameters);
  return (
    <Fact label="Parameters">
      {settings.length === 0
        ? "none"
        : settings.map(([name, value]) => (
            <span key={name} className="mr-3 inline-block">
              <code className="font-mono text-xs">{name}</code>{" "}
              {formatNumber(value, { digits: decimalsOf(value) })}
            </span>
          ))}
    </Fact>
  );
}

/** The rule and the terms of a report that somebody shared. */
export function TermsPanel({
  source,
  parameters,
  asked,
}: {
  source: string;
  parameters: Record<string, number>;
  asked: AskedTerms;
}) {
  return (
    <div className="grid min-w-0 grid-cols-1 gap-5 px-4 pb-4 text-[0.8125rem] lg:grid-cols-2">
      <RuleText source={source} />
      <dl>
        <ParameterFact parameters={parameters} />
        {termFacts(asked, null).map(({ label, text }) => (
          <Fact key={label} label={label}>
            {text}
          </Fact>
        ))}
      </dl>
    </div>
  );
}

/** Everything that makes the run repeatable: the same manifest gives the same result. */
export function ManifestPanel({
  manifest,
  asked,
  currency,
}: {
  manifest: ManifestRead;
  asked: AskedTerms;
  currency: string | null;
}) {
  const { data, rule, conventions, parameters } = manifest;
  const moment = (time: number) =>
    data.interval.startsWith("1day") || /week|month/.test(data.interval)
      ? formatDate(time)
      : `${formatDateTime(time)} UTC`;
  return (
    <div className="grid gap-5 px-4 pb-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-4 text-[0.8125rem]">
        <div>
          <h3 className="mb-1 text-xs font-semibold">Rule</h3>
          <RuleText source={rule.source} />
        </div>
        <dl>
          <ParameterFact parameters={parameters} />
          <Fact label="Bars">
            {formatCount(data.bars)} {longInterval(data.interval)}, {moment(data.first_time)} to{" "}
            {moment(data.last_time)}
            {data.warm_up_bars > 0 && `, after ${formatCount(data.warm_up_bars)} to warm up`}
          </Fact>
          {termFacts(asked, currency).map(({ label, text }) => (
            <Fact key={label} label={label}>
              {text}
            </Fact>
          ))}
          <Fact label="Periods a year">{formatNumber(manifest.periods_per_year)}</Fact>
          <Fact label="Engine">
            {manifest.engine_version}, Flowrex {manifest.app_version}
          </Fact>
          <Fact label="Rule hash">
            <Hash label="the rule's hash" value={rule.sha256} />
          </Fact>
          <Fact label="Data hash">
            <Hash label="the data's hash" value={data.sha256} />
          </Fact>
          <Fact label="Result hash">
            <Hash label="the result's hash" value={manifest.result_sha256} />
          </Fact>
        </dl>
      </div>
      <div className="min-w-0 text-[0.8125rem]">
        <h3 className="mb-1 text-xs font-semibold">
          How fills were decided (conventions {conventions.version})
        </h3>
        <ol className="grid list-decimal gap-1.5 pl-5 leading-5 text-muted-foreground marker:text-xs">
          {conventions.sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
        <div className="mt-3 flex items-center gap-1 text-xs text-muted-foreground print:hidden">
          <CopyButton text={JSON.stringify(manifest, null, 2)} label="the manifest as JSON" /> Copy the
          manifest as JSON
        </div>
      </div>
    </div>
  );
}
