"use client";

import type { ReactNode } from "react";

import { BarList } from "@/components/charts/bar-list";
import { CurvesChart } from "@/components/charts/curves-chart";
import { HeatmapTable } from "@/components/charts/heatmap-table";
import { Histogram } from "@/components/charts/histogram";
import { ScatterPlot } from "@/components/charts/scatter-plot";
import { toneOf } from "@/components/common/figure";
import { HelpHint } from "@/components/common/help-hint";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { countWon, hasHours, hourName, MONTHS, weekdayName } from "@/features/backtests/tear-sheet-texts";
import type { Trade } from "@/features/backtests/trades";
import type { TearSheetRead, WeekdayRow } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatCount, formatDate, formatMoney, formatPercent, formatPlural } from "@/lib/format";

const gain = (value: number | null) => formatPercent(value, { signed: true });

/** A part of the tear sheet: its title, what it says, and the picture or table. */
function Part({
  title,
  hint,
  note,
  className,
  children,
}: {
  title: string;
  hint?: string;
  note?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Card className={cn("min-w-0 break-inside-avoid", className)}>
      <CardHeader className="flex-wrap">
        <CardTitle className="flex items-center gap-0.5">
          {title}
          {hint && <HelpHint term={title}>{hint}</HelpHint>}
        </CardTitle>
        {note && <span className="text-xs text-muted-foreground">{note}</span>}
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  );
}

function Right({ children, tone }: { children: ReactNode; tone?: number | null }) {
  return <TableCell className={cn("text-right tabular-nums", toneOf(tone))}>{children}</TableCell>;
}

/** Month by month and year by year. */
export function ReturnsSection({ sheet }: { sheet: TearSheetRead }) {
  const months = sheet.monthly.flatMap((row) => row.months);
  return (
    <div className="report-stack grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,2.3fr)_minmax(0,1fr)]">
      <Part title="Return by month" note={countWon(months, "month")}>
        <HeatmapTable
          label="Return by month"
          corner="Year"
          columns={MONTHS}
          rows={sheet.monthly.map((row) => ({
            name: String(row.year),
            values: row.months,
            total: row.total,
          }))}
          centre={0}
          format={gain}
        />
      </Part>
      <Part title="Return by year">
        <Table label="Return by year">
          <TableHeader>
            <TableRow>
              <TableHead className="px-1.5">Year</TableHead>
              <TableHead className="px-1.5 text-right">This run</TableHead>
              <TableHead className="px-1.5 text-right">Buy &amp; hold</TableHead>
              <TableHead className="px-1.5 text-right">Difference</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {sheet.yearly.map((row) => (
              <TableRow key={row.year}>
                <TableCell className="px-1.5 py-1 tabular-nums">{row.year}</TableCell>
                {[row.strategy, row.benchmark, row.strategy - row.benchmark].map((value, i) => (
                  <TableCell
                    key={i}
                    className={cn(
                      "px-1.5 py-1 text-right tabular-nums",
                      i === 1 ? "text-muted-foreground" : toneOf(value),
                    )}
                  >
                    {gain(value)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Part>
    </div>
  );
}

/** How it swung: rolling figures, drawdowns, and what single bars brought. */
export function RiskSection({ sheet }: { sheet: TearSheetRead }) {
  const { rolling, distribution } = sheet;
  const window = formatPlural(rolling.window_bars, "bar");
  return (
    <div className="report-pair grid grid-cols-1 gap-4 xl:grid-cols-2">
      <Part
        title="Rolling Sharpe"
        note={`over ${window}`}
        hint={`The Sharpe ratio of the last ${window}, bar after bar. An edge that faded shows here as a falling line.`}
      >
        <CurvesChart
          label={`Rolling Sharpe over ${window}`}
          time={rolling.time}
          curves={[{ name: "Sharpe", values: rolling.sharpe }]}
          unit="ratio"
          reference={0}
        />
      </Part>
      <Part title="Rolling volatility" note={`over ${window}, a year`}>
        <CurvesChart
          label={`Rolling volatility over ${window}`}
          time={rolling.time}
          curves={[{ name: "Volatility", values: rolling.volatility, colour: "var(--chart-2)" }]}
          unit="fraction"
          reference={0}
        />
      </Part>
      <Part title="Deepest drawdowns" note="from peak to recovery">
        {sheet.drawdowns.length === 0 ? (
          <p className="text-[0.8125rem] text-muted-foreground">
            The account never fell below a former peak.
          </p>
        ) : (
          <Table label="Deepest drawdowns">
            <TableHeader>
              <TableRow>
                <TableHead className="px-1.5">Peak</TableHead>
                <TableHead className="px-1.5">Low</TableHead>
                <TableHead className="px-1.5">Recovered</TableHead>
                <TableHead className="px-1.5 text-right">Depth</TableHead>
                <TableHead className="px-1.5 text-right">Bars</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody className="tabular-nums">
              {sheet.drawdowns.map((row) => (
                <TableRow key={`${row.start} ${row.bottom}`}>
                  <TableCell className="px-1.5 py-1 whitespace-nowrap">{formatDate(row.start)}</TableCell>
                  <TableCell className="px-1.5 py-1 whitespace-nowrap">{formatDate(row.bottom)}</TableCell>
                  <TableCell className="px-1.5 py-1 whitespace-nowrap">
                    {row.end === null ? "not yet" : formatDate(row.end)}
                  </TableCell>
                  <TableCell className="px-1.5 py-1 text-right text-down">{gain(row.depth)}</TableCell>
                  <TableCell className="px-1.5 py-1 text-right">{formatCount(row.bars)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Part>
      <Part
        title="Distribution of returns"
        note={`a bar: mean ${formatPercent(distribution.mean, { signed: true })}, standard deviation ${formatPercent(distribution.stdev)}`}
        hint="How many bars brought which return. A long left side means rare, large losses."
      >
        <Histogram
          label="Distribution of returns of a bar"
          edges={distribution.edges}
          counts={distribution.counts}
          unit="fraction"
          isTwoSided
          height={300}
        />
      </Part>
    </div>
  );
}

function GroupedTrades({
  label,
  head,
  rows,
  nameOf,
  currency,
}: {
  label: string;
  head: string;
  rows: readonly (Omit<WeekdayRow, "weekday"> & object)[];
  nameOf: (place: number) => string;
  currency: string | null;
}) {
  return (
    <Table label={label}>
      <TableHeader>
        <TableRow>
          <TableHead>{head}</TableHead>
          <TableHead className="text-right">Trades</TableHead>
          <TableHead className="text-right">Won</TableHead>
          <TableHead className="text-right">Profit{currency ? ` (${currency})` : ""}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((row, i) => (
          <TableRow key={i}>
            <TableCell className="py-1">{nameOf(i)}</TableCell>
            <Right>{formatCount(row.trades)}</Right>
            <Right>{formatPercent(row.win_rate)}</Right>
            <Right tone={row.pnl}>{formatMoney(row.pnl, null, { signed: true, digits: 0 })}</Right>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** How it traded: what positions went through, how much was in the market, and when. */
export function TradingSection({
  sheet,
  trades,
  currency,
}: {
  sheet: TearSheetRead;
  trades: readonly Trade[];
  currency: string | null;
}) {
  return (
    <div className="report-pair grid grid-cols-1 gap-4 xl:grid-cols-2">
      <Part
        title="Worst and best while held"
        hint="Each dot is a trade: how far it went against the position (MAE) and for it (MFE) while it was held. Losing trades that had been far ahead call for a target; winning ones that had been far behind for a wider stop."
      >
        <ScatterPlot
          label="Worst and best return of each trade while it was held"
          points={trades.map((trade) => ({
            x: trade.mae,
            y: trade.mfe,
            colour: trade.pnl >= 0 ? "var(--up)" : "var(--down)",
            title: `Trade ${trade.number}: ${gain(trade.return)}`,
          }))}
          unit="fraction"
          xLabel="worst while held (MAE)"
          yLabel="best while held (MFE); green won, red lost"
        />
      </Part>
      <Part
        title="Exposure"
        hint="How much of the account was in the market. Below zero: short."
        note="share of the account in the market"
      >
        <CurvesChart
          label="Share of the account in the market"
          time={sheet.exposure.time}
          curves={[{ name: "Exposure", values: sheet.exposure.value, colour: "var(--chart-4)" }]}
          unit="fraction"
          reference={0}
          height={256}
        />
      </Part>
      <Part
        title="Turnover by year"
        hint="Money moved by all fills of the year, in multiples of the account. The higher, the more the assumed costs matter."
        note="multiples of the account"
      >
        <BarList
          label="Turnover by year"
          bars={sheet.turnover.map((row) => ({ label: String(row.year), value: row.value }))}
          unit="ratio"
        />
      </Part>
      <div className="grid grid-cols-1 content-start gap-4">
        <Part title="Trades by weekday" note="by the day of entry">
          <GroupedTrades
            label="Trades by weekday"
            head="Weekday"
            rows={sheet.by_weekday}
            nameOf={(i) => weekdayName(sheet.by_weekday[i]!)}
            currency={currency}
          />
        </Part>
        {hasHours(sheet) && (
          <Part title="Trades by hour" note="by the hour of entry">
            <GroupedTrades
              label="Trades by hour"
              head="Hour"
              rows={sheet.by_hour}
              nameOf={(i) => hourName(sheet.by_hour[i]!)}
              currency={currency}
            />
          </Part>
        )}
      </div>
    </div>
  );
}
