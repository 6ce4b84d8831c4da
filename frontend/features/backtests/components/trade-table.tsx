"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { ListX } from "lucide-react";
import { useMemo } from "react";

import { DataTable } from "@/components/common/data-table";
import { EmptyState } from "@/components/common/empty-state";
import { toneOf } from "@/components/common/figure";
import { exitWords, symbolsOf, type Trade } from "@/features/backtests/trades";
import { priceDecimals } from "@/features/chart/bars";
import { barTimeFormat } from "@/features/chart/time-axis";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney, formatNumber, formatPercent, formatPrice } from "@/lib/format";

const RIGHT = { align: "right" } as const;
/** Left out on a phone: the chart shows them. */
const ROOMY = { align: "right", className: "hidden md:table-cell" } as const;
const WIDE = { align: "right", className: "hidden xl:table-cell" } as const;
const WIDEST = { align: "right", className: "hidden 2xl:table-cell" } as const;

function Signed({ value, text }: { value: number; text: string }) {
  return <span className={cn("whitespace-nowrap", toneOf(value))}>{text}</span>;
}

/** An open trade has no exit: it stands after all others. */
const byExit = (a: Trade, b: Trade) => (a.exitTime ?? Infinity) - (b.exitTime ?? Infinity);

const SYMBOL_COLUMN: ColumnDef<Trade> = {
  id: "symbol",
  header: "Instrument",
  accessorKey: "symbol",
  cell: ({ row }) => <span className="font-medium whitespace-nowrap">{row.original.symbol}</span>,
};

export function tradeColumns(
  formatTime: (time: number) => string,
  digits: number,
  isIntraday: boolean,
  isBasket = false,
): ColumnDef<Trade>[] {
  // Times of the day take the room that two columns of daily trades have.
  const last = isIntraday ? WIDEST : WIDE;
  const price = (value: number | null) => formatPrice(value, { digits });
  return [
    {
      id: "number",
      header: "#",
      accessorKey: "number",
      meta: RIGHT,
      cell: ({ row }) => formatCount(row.original.number),
    },
    ...(isBasket ? [SYMBOL_COLUMN] : []),
    {
      id: "side",
      header: "Side",
      accessorKey: "side",
      cell: ({ row }) => (row.original.side === "long" ? "Long" : "Short"),
    },
    {
      id: "entry",
      header: "Entry",
      accessorKey: "entryTime",
      cell: ({ row }) => <span className="whitespace-nowrap">{formatTime(row.original.entryTime)}</span>,
    },
    {
      id: "entryPrice",
      header: "Entry price",
      accessorKey: "entryPrice",
      meta: ROOMY,
      cell: ({ row }) => price(row.original.entryPrice),
    },
    {
      id: "exit",
      header: "Exit",
      accessorKey: "exitTime",
      meta: { className: "hidden md:table-cell" },
      sortingFn: (a, b) => byExit(a.original, b.original),
      cell: ({ row }) => (
        <span className="whitespace-nowrap">
          {row.original.exitTime === null ? "Open" : formatTime(row.original.exitTime)}
        </span>
      ),
    },
    {
      id: "exitPrice",
      header: "Exit price",
      accessorFn: (trade) => trade.exitPrice ?? undefined,
      sortUndefined: "last",
      meta: ROOMY,
      cell: ({ row }) => price(row.original.exitPrice),
    },
    {
      id: "reason",
      header: "Why it ended",
      accessorFn: (trade) => exitWords(trade.exitReason).label,
      sortingFn: "text",
      cell: ({ row }) => {
        const { label, hint } = exitWords(row.original.exitReason);
        return (
          <span className="whitespace-nowrap" title={hint}>
            {label}
          </span>
        );
      },
    },
    {
      id: "return",
      header: "Return",
      accessorKey: "return",
      meta: RIGHT,
      cell: ({ row }) => (
        <Signed value={row.original.return} text={formatPercent(row.original.return, { signed: true })} />
      ),
    },
    {
      id: "pnl",
      header: "Profit",
      accessorKey: "pnl",
      meta: RIGHT,
      cell: ({ row }) => (
        <Signed value={row.original.pnl} text={formatMoney(row.original.pnl, null, { signed: true })} />
      ),
    },
    {
      id: "bars",
      header: "Bars",
      accessorKey: "bars",
      meta: ROOMY,
      cell: ({ row }) => formatCount(row.original.bars),
    },
    {
      id: "quantity",
      header: "Quantity",
      accessorKey: "quantity",
      meta: last,
      cell: ({ row }) => formatNumber(row.original.quantity, { digits: row.original.quantity % 1 ? 4 : 0 }),
    },
    {
      id: "mae",
      header: "Worst",
      accessorKey: "mae",
      meta: WIDE,
      cell: ({ row }) => formatPercent(row.original.mae),
    },
    {
      id: "mfe",
      header: "Best",
      accessorKey: "mfe",
      meta: WIDE,
      cell: ({ row }) => formatPercent(row.original.mfe, { signed: true }),
    },
    {
      id: "costs",
      header: "Costs",
      accessorFn: (trade) => trade.commission + trade.slippage + trade.financing,
      meta: last,
      cell: ({ row }) => formatMoney(row.getValue<number>("costs")),
    },
  ];
}

/** Every trade of a run, sortable; a row can bring its trade into the chart. */
export function TradeTable({
  trades,
  timeZone,
  currency,
  chosen,
  onChoose,
}: {
  trades: Trade[];
  timeZone: string | null;
  currency: string | null;
  chosen: number | null;
  /** Left out where there is no chart to bring a trade into. */
  onChoose?: (trade: Trade) => void;
}) {
  const columns = useMemo(
    () =>
      tradeColumns(
        barTimeFormat(timeZone),
        priceDecimals(trades.map((trade) => trade.entryPrice)),
        timeZone !== null,
        symbolsOf(trades).length > 1,
      ),
    [timeZone, trades],
  );
  return (
    <>
      <DataTable
        label="Trades"
        columns={columns}
        rows={trades}
        rowId={(trade) => String(trade.number)}
        onRowSelect={onChoose}
        selectedId={chosen === null ? null : String(chosen)}
        pageSize={50}
        empty={
          <EmptyState icon={ListX} title="The rule never traded">
            No entry came true on these bars, or its size was 0. Loosen the conditions or choose a longer
            range.
          </EmptyState>
        }
      />
      {trades.length > 0 && (
        <p className="border-t px-3 py-2 text-xs text-muted-foreground">
          {currency ? `Money in ${currency}. ` : ""}Returns are after commission, per money put in. Worst and
          best: how far the price went against and for the position while it was held.{" "}
          {timeZone ? `Times in ${timeZone}.` : ""}
        </p>
      )}
      <p className="sr-only" aria-live="polite">
        {chosen === null ? "" : `Trade ${chosen} is shown in the chart.`}
      </p>
    </>
  );
}
