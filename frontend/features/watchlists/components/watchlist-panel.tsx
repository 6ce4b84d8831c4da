"use client";

import { PanelRightClose, PanelRightOpen } from "lucide-react";
import Link from "next/link";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Figure } from "@/components/common/figure";
import { Sparkline } from "@/components/common/sparkline";
import { Button } from "@/components/ui/button";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { WatchlistRead } from "@/lib/api/generated";
import { useWatchlist, useWatchlists } from "@/features/watchlists/api";
import { useIsReplaying } from "@/features/replay/active-replay";
import { LastPrice, StateLabel } from "@/features/watchlists/components/quote-cells";
import { toSections, type Item } from "@/features/watchlists/order";
import { findPanel, keepPanel } from "@/features/watchlists/panel-memory";
import { useQuoteSnapshot, useRowFigures } from "@/features/watchlists/quotes";
import { useVisible } from "@/features/watchlists/use-visible";
import { ROW_FOCUS, walkRows } from "@/features/watchlists/walk-rows";
import { cn } from "@/lib/cn";

/** Holding an arrow key down must not load every chart on the way. */
const REST_MS = 150;

/**
 * A watchlist beside the chart, for wide screens. Up and down walk the rows and `onChoose` follows; it is told the
 * symbol. It fills the height that it is given.
 */
export function WatchlistPanel({
  symbol,
  onChoose,
  className,
}: {
  symbol: string | null;
  onChoose: (symbol: string) => void;
  className?: string;
}) {
  const [memory, setMemory] = useState(findPanel);
  const change = (next: Partial<typeof memory>) => {
    const all = { ...memory, ...next };
    setMemory(all);
    keepPanel(all);
  };

  if (!memory.isOpen)
    return (
      <aside aria-label="Watchlist" className={className}>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Show the watchlist"
          aria-expanded={false}
          title="Show the watchlist"
          onClick={() => change({ isOpen: true })}
        >
          <PanelRightOpen aria-hidden />
        </Button>
      </aside>
    );
  return (
    <aside
      aria-label="Watchlist"
      className={cn("flex min-h-0 w-72 flex-col overflow-hidden rounded-lg bg-card", className)}
    >
      <OpenPanel
        symbol={symbol}
        onChoose={onChoose}
        listId={memory.listId}
        onList={(listId) => change({ listId })}
        onClose={() => change({ isOpen: false })}
      />
    </aside>
  );
}

function OpenPanel({
  symbol,
  onChoose,
  listId,
  onList,
  onClose,
}: {
  symbol: string | null;
  onChoose: (symbol: string) => void;
  listId: string | null;
  onList: (listId: string) => void;
  onClose: () => void;
}) {
  const lists = useWatchlists();
  const all = lists.data ?? [];
  const shown = all.find((list) => list.id === listId) ?? all[0] ?? null;
  const list = useWatchlist(shown?.id ?? null);
  const error = lists.error ?? list.error;
  // What is open stays open when another list comes to stand first.
  const isUnnamed = listId === null && shown !== null;
  const pin = useEffectEvent(() => shown && onList(shown.id));
  useEffect(() => {
    if (isUnnamed) pin();
  }, [isUnnamed]);
  return (
    <>
      <div className="flex items-center gap-1 border-b p-2">
        {shown && all.length > 1 ? (
          <Select value={shown.id} onValueChange={onList}>
            <SelectTrigger size="sm" className="min-w-0 flex-1" aria-label="List">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {all.map(({ id, name }) => (
                <SelectItem key={id} value={id}>
                  {name}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        ) : (
          <h2 className="min-w-0 flex-1 truncate px-2 text-[0.8125rem] font-semibold">
            {shown?.name ?? "Watchlist"}
          </h2>
        )}
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Hide the watchlist"
          aria-expanded
          title="Hide the watchlist"
          onClick={onClose}
        >
          <PanelRightClose aria-hidden />
        </Button>
      </div>
      {error && !list.data ? (
        <ErrorNote error={error} className="m-2" />
      ) : lists.isSuccess && (!shown || list.data?.items.length === 0) ? (
        <p className="p-4 text-[0.8125rem] text-muted-foreground">
          Nothing here yet. Press the star above the chart, or{" "}
          <Link href="/watchlists" className="text-primary underline underline-offset-4">
            open the watchlist
          </Link>
          .
        </p>
      ) : list.data ? (
        <PanelRows list={list.data} symbol={symbol} onChoose={onChoose} />
      ) : (
        <div className="grid gap-2 p-3" role="status" aria-label="Loading">
          {[0, 1, 2].map((row) => (
            <Skeleton key={row} className="h-10" />
          ))}
        </div>
      )}
    </>
  );
}

function PanelRows({
  list,
  symbol,
  onChoose,
}: {
  list: WatchlistRead;
  symbol: string | null;
  onChoose: (symbol: string) => void;
}) {
  const isReplaying = useIsReplaying();
  useQuoteSnapshot(list.items.map((item) => item.instrument.id));
  const sections = toSections(list.items);
  const rows = sections.flatMap((section) => section.items);
  const hasGroups = sections.some((section) => section.group !== null);
  const stop = rows.find((item) => item.instrument.symbol === symbol) ?? rows[0];
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(resting.current), []);

  return (
    <div
      className="min-h-0 flex-1 overflow-y-auto py-1"
      onKeyDown={(event) => {
        const id = walkRows(event);
        const item = rows.find((one) => one.instrument.id === id);
        if (!item) return;
        clearTimeout(resting.current);
        resting.current = setTimeout(() => onChoose(item.instrument.symbol), REST_MS);
      }}
    >
      {isReplaying && (
        <p className="px-3 py-2 text-xs text-muted-foreground">
          Prices are hidden during the replay: they are today&apos;s.
        </p>
      )}
      {sections.map(({ group, items }) => (
        <section key={group === null ? "" : `g ${group}`} aria-label={group ?? list.name}>
          {hasGroups && (
            <h3 className="px-3 pt-2 pb-1 text-2xs font-semibold text-muted-foreground">
              {group ?? "No group"}
            </h3>
          )}
          <ul>
            {items.map((item) => (
              <PanelRow
                key={item.instrument.id}
                item={item}
                isShown={item.instrument.symbol === symbol}
                isStop={item === stop}
                isReplaying={isReplaying}
                onChoose={() => {
                  clearTimeout(resting.current);
                  onChoose(item.instrument.symbol);
                }}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function PanelRow({
  item: { instrument },
  isShown,
  isStop,
  isReplaying,
  onChoose,
}: {
  item: Item;
  isShown: boolean;
  isStop: boolean;
  isReplaying: boolean;
  onChoose: () => void;
}) {
  const row = useRef<HTMLLIElement>(null);
  const { held, ...figures } = useRowFigures(instrument, useVisible(row));
  return (
    <li ref={row}>
      <button
        type="button"
        {...{ [ROW_FOCUS]: instrument.id }}
        tabIndex={isStop ? 0 : -1}
        aria-current={isShown || undefined}
        onClick={onChoose}
        className={cn(
          "focus-inset flex w-full items-center gap-2 px-3 py-1.5 text-left hover:bg-accent/60",
          isShown && "bg-accent",
        )}
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate text-[0.8125rem] font-medium">{instrument.symbol}</span>
          {isReplaying ? (
            <span className="block truncate text-2xs text-muted-foreground">{instrument.name}</span>
          ) : (
            <StateLabel figures={figures} className="text-2xs" />
          )}
        </span>
        {!isReplaying && (
          <>
            <Sparkline values={figures.sparkline} width={56} height={20} />
            <span className="w-20 text-right">
              <span className="block text-[0.8125rem]">
                <LastPrice figures={figures} held={held} />
              </span>
              <Figure value={figures.changePercent} kind="percent" signed className="block text-2xs" />
            </span>
          </>
        )}
      </button>
    </li>
  );
}
