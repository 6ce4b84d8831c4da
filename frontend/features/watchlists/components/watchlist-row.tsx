"use client";

import { GripVertical } from "lucide-react";
import Link from "next/link";
import { useRef, useState, type DragEvent } from "react";

import { Figure } from "@/components/common/figure";
import { Sparkline } from "@/components/common/sparkline";
import { TableCell, TableRow } from "@/components/ui/table";
import { chartHref } from "@/features/market/labels";
import { ChangeFigures, LastPrice, StateLabel } from "@/features/watchlists/components/quote-cells";
import { RowMenu } from "@/features/watchlists/components/row-menu";
import type { Item } from "@/features/watchlists/order";
import { useRowFigures } from "@/features/watchlists/quotes";
import type { ListActions } from "@/features/watchlists/use-list-actions";
import { useVisible } from "@/features/watchlists/use-visible";
import { ROW_FOCUS } from "@/features/watchlists/walk-rows";
import { cn } from "@/lib/cn";
import { formatCompact } from "@/lib/format";

const DRAGGED = "application/x-flowrex-instrument";

export function WatchlistRow({
  item,
  actions,
  mayMove,
  isStop,
  onFocus,
  onGroup,
  onDropped,
}: {
  item: Item;
  actions: ListActions;
  mayMove: boolean;
  /** The one row of the table that Tab reaches; arrows reach the others. */
  isStop: boolean;
  onFocus: () => void;
  onGroup: () => void;
  onDropped: (instrumentId: string) => void;
}) {
  const row = useRef<HTMLTableRowElement>(null);
  const { held, ...figures } = useRowFigures(item.instrument, useVisible(row));
  const [isTarget, setTarget] = useState(false);
  const { id, symbol, name, currency } = item.instrument;

  const isDraggedOver = (event: DragEvent) => mayMove && event.dataTransfer.types.includes(DRAGGED);

  return (
    <TableRow
      ref={row}
      className={cn(
        "relative hover:bg-accent/60",
        isTarget && "bg-accent outline-2 -outline-offset-2 outline-ring",
      )}
      onDragOver={(event) => {
        if (!isDraggedOver(event)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        if (!isDraggedOver(event)) return;
        event.preventDefault();
        setTarget(false);
        onDropped(event.dataTransfer.getData(DRAGGED));
      }}
    >
      <TableCell className="hidden w-6 pr-0 md:table-cell">
        {mayMove && (
          <span
            className="relative z-10 flex cursor-grab text-muted-foreground/60 hover:text-foreground"
            draggable
            title="Drag to another place"
            aria-hidden
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              event.dataTransfer.setData(DRAGGED, id);
              if (row.current) event.dataTransfer.setDragImage(row.current, 12, 12);
            }}
          >
            <GripVertical className="size-4" />
          </span>
        )}
      </TableCell>
      <TableCell>
        <div className="min-w-0">
          <Link
            href={chartHref(symbol)}
            className="font-medium after:absolute after:inset-0"
            {...{ [ROW_FOCUS]: id }}
            tabIndex={isStop ? 0 : -1}
            onFocus={onFocus}
            draggable={false}
          >
            {symbol}
          </Link>
          <div className="max-w-28 truncate text-xs text-muted-foreground sm:max-w-64">{name}</div>
          <StateLabel figures={figures} className="lg:hidden" />
        </div>
      </TableCell>
      <TableCell className="text-right tabular-nums">
        <LastPrice figures={figures} held={held} unit={currency} />
        <Figure value={figures.changePercent} kind="percent" signed className="block text-xs sm:hidden" />
      </TableCell>
      <TableCell className="hidden text-right tabular-nums sm:table-cell">
        <ChangeFigures figures={figures} />
      </TableCell>
      <TableCell>
        <Sparkline values={figures.sparkline} width={72} className="sm:hidden" />
        <Sparkline values={figures.sparkline} className="hidden sm:block" />
      </TableCell>
      <TableCell className="hidden text-right tabular-nums md:table-cell">
        {figures.volume === null ? (
          <span className="text-muted-foreground">–</span>
        ) : (
          <span className="figure">{formatCompact(figures.volume)}</span>
        )}
      </TableCell>
      <TableCell className="hidden lg:table-cell">
        <StateLabel figures={figures} />
      </TableCell>
      <TableCell className="w-10 pl-0 text-right">
        <RowMenu item={item} actions={actions} mayMove={mayMove} onGroup={onGroup} />
      </TableCell>
    </TableRow>
  );
}
