"use client";

import { PencilLine, SearchX } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { toneOf } from "@/components/common/figure";
import { PageHeader } from "@/components/common/page-header";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useLibrary } from "@/features/strategies/api";
import { RuleText } from "@/features/strategies/components/rule-text";
import type { LibraryReportRead, LibraryRuleRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatCount, formatNumber, formatPercent, formatPlural } from "@/lib/format";

/** Rules that hold all the words in name, idea, reference or text. */
export function filterLibrary(rules: readonly LibraryRuleRead[], words: string): LibraryRuleRead[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rules.filter((rule) => {
    const text = `${rule.name} ${rule.idea} ${rule.reference} ${rule.source}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

const gain = (value: number) => formatPercent(value, { signed: true });
const CELL = "px-2 py-1 text-right whitespace-nowrap tabular-nums";

function Results({ name, reports }: { name: string; reports: readonly LibraryReportRead[] }) {
  return (
    <Table label={`Results of ${name}`}>
      <TableHeader>
        <TableRow>
          <TableHead className="px-2">On</TableHead>
          <TableHead className="px-2">Verdict</TableHead>
          <TableHead className="px-2 text-right">Return</TableHead>
          <TableHead className="px-2 text-right">Buy &amp; hold</TableHead>
          <TableHead className="px-2 text-right">Sharpe</TableHead>
          <TableHead className="px-2 text-right">Drawdown</TableHead>
          <TableHead className="px-2 text-right">Trades</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {reports.map((report) => (
          <TableRow key={`${report.symbol} ${report.interval}`}>
            <TableCell className="px-2 py-1 font-medium">{report.symbol}</TableCell>
            <TableCell className="px-2 py-1" title={report.statement}>
              <VerdictBadge level={report.level} />
            </TableCell>
            <TableCell className={cn(CELL, toneOf(report.total_return))}>
              {gain(report.total_return)}
            </TableCell>
            <TableCell className={cn(CELL, "text-muted-foreground")}>
              {gain(report.benchmark_return)}
            </TableCell>
            <TableCell className={CELL}>{formatNumber(report.sharpe, { digits: 2 })}</TableCell>
            <TableCell className={CELL}>{gain(report.max_drawdown)}</TableCell>
            <TableCell className={CELL}>{formatCount(report.trades)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function RuleCard({ rule }: { rule: LibraryRuleRead }) {
  return (
    <Card id={rule.slug} className="flex min-w-0 scroll-mt-16 flex-col">
      <CardHeader className="items-start">
        <CardTitle className="text-[0.9375rem]">{rule.name}</CardTitle>
        <Button asChild size="sm" variant="outline">
          <Link href={`/strategies/new?library=${encodeURIComponent(rule.slug)}`}>
            <PencilLine aria-hidden /> Open in the editor
          </Link>
        </Button>
      </CardHeader>
      <CardContent className="grid flex-1 grid-cols-1 content-start gap-3">
        <p className="text-[0.8125rem] leading-5">{rule.idea}</p>
        <p className="text-xs leading-5 text-muted-foreground">
          <span className="font-medium">Source.</span> {rule.reference}
        </p>
        <Results name={rule.name} reports={rule.reports} />
        <details className="group">
          <summary className="text-[0.8125rem] text-muted-foreground hover:text-foreground">The rule</summary>
          <RuleText source={rule.source} label={`Rule ${rule.name}`} className="mt-2 max-h-80" />
        </details>
      </CardContent>
    </Card>
  );
}

/** `/strategies/library`: well-known rules, with what they really did. */
export function LibraryPage() {
  const library = useLibrary();
  const [words, setWords] = useState("");
  const shown = useMemo(() => filterLibrary(library.data ?? [], words), [library.data, words]);
  return (
    <>
      <PageHeader
        title="Library"
        description="Well-known rules, each with its source and with what it really did on the demo's bars, good or bad."
        actions={
          <Button asChild variant="outline" size="sm">
            <Link href="/strategies">Your strategies</Link>
          </Button>
        }
      />
      {library.isError ? (
        <Card>
          <ErrorState
            title="The library could not be loaded"
            error={library.error}
            onRetry={() => void library.refetch()}
          />
        </Card>
      ) : library.isPending ? (
        <div className="grid grid-cols-1 gap-4 xl:grid-cols-2" role="status" aria-label="Loading the library">
          {[1, 2, 3, 4].map((i) => (
            <Skeleton key={i} className="h-72" />
          ))}
        </div>
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-3">
            <Input
              type="search"
              value={words}
              onChange={(event) => setWords(event.target.value)}
              placeholder="Filter by name, idea or word…"
              aria-label="Filter the library"
              className="h-8 max-w-72"
            />
            <span className="text-xs text-muted-foreground" role="status">
              {formatPlural(shown.length, "rule")}
            </span>
          </div>
          {shown.length === 0 ? (
            <Card>
              <EmptyState icon={SearchX} title="No rule matches">
                Try another word, such as “breakout” or “rsi”.
              </EmptyState>
            </Card>
          ) : (
            <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
              {shown.map((rule) => (
                <RuleCard key={rule.slug} rule={rule} />
              ))}
            </div>
          )}
        </>
      )}
    </>
  );
}
