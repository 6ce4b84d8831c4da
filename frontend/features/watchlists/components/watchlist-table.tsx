"use client";

import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useMemo, useState, type KeyboardEvent } from "react";

import { Button } from "@/components/ui/button";
import { Table, TableBody, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { WatchlistRead } from "@/lib/api/generated";
import { GroupDialog, type Grouped } from "@/features/watchlists/components/group-dialog";
import { WatchlistRow } from "@/features/watchlists/components/watchlist-row";
import {
  dropItem,
  nextSorting,
  regroupItem,
  renameGroup,
  sortSections,
  toSections,
  type SortColumn,
  type Sorting,
} from "@/features/watchlists/order";
import { useQuoteSnapshot } from "@/features/watchlists/quotes";
import { useListActions } from "@/features/watchlists/use-list-actions";
import { useSortFigures } from "@/features/watchlists/use-sort-figures";
import { walkRows } from "@/features/watchlists/walk-rows";
import { cn } from "@/lib/cn";

/** A list with its groups. Figures sort inside the groups; in one's own order rows can be moved. */
export function WatchlistTable({ list }: { list: WatchlistRead }) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [stop, setStop] = useState<string | null>(null);
  const [grouped, setGrouped] = useState<Grouped | null>(null);
  const actions = useListActions(list);
  useQuoteSnapshot(list.items.map((item) => item.instrument.id));
  const figure = useSortFigures(sorting !== null);
  const sections = useMemo(
    () => sortSections(toSections(list.items), sorting, figure),
    [list.items, sorting, figure],
  );
  const rows = sections.flatMap((section) => section.items);
  const stopId = rows.some((item) => item.instrument.id === stop) ? stop : (rows[0]?.instrument.id ?? null);
  const mayMove = sorting === null;
  const hasGroups = sections.some((section) => section.group !== null);

  function press(event: KeyboardEvent<HTMLElement>) {
    if (walkRows(event) !== null) return;
    const at = rows.findIndex((item) => item.instrument.id === stopId);
    const item = rows[at];
    if (!item || !(event.target instanceof HTMLElement) || event.target.dataset.rowFocus === undefined)
      return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      if (mayMove) actions.move(item, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      const next = rows[at + 1] ?? rows[at - 1];
      setStop(next?.instrument.id ?? null);
      actions.remove(item);
      const table = event.currentTarget;
      requestAnimationFrame(() =>
        table.querySelector<HTMLElement>(`[data-row-focus="${next?.instrument.id}"]`)?.focus(),
      );
    }
  }

  const head = (column: SortColumn, text: string, className?: string) => (
    <SortHead column={column} sorting={sorting} onSort={setSorting} className={className}>
      {text}
    </SortHead>
  );

  return (
    <div onKeyDown={press}>
      <Table label={list.name}>
        <TableHeader>
          <TableRow>
            <TableHead className="hidden w-6 pr-0 md:table-cell">
              <span className="sr-only">Order</span>
            </TableHead>
            {head("symbol", "Symbol")}
            {head("last", "Last", "text-right")}
            {head("change", "Change", "hidden text-right sm:table-cell")}
            <TableHead>
              <span className="sm:hidden">Course</span>
              <span className="hidden sm:inline">Last 30 bars</span>
            </TableHead>
            {head("volume", "Volume", "hidden text-right md:table-cell")}
            <TableHead className="hidden lg:table-cell">State</TableHead>
            <TableHead className="w-10 pl-0">
              <span className="sr-only">Actions</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        {sections.map(({ group, items }) => (
          <TableBody key={group === null ? "" : `g ${group}`}>
            {hasGroups && (
              <tr className="border-b">
                <th scope="rowgroup" colSpan={8} className="px-3 pt-3 pb-1 text-left text-xs font-semibold">
                  <span className="inline-flex items-center gap-1">
                    {group ?? "No group"}
                    <span className="font-normal text-muted-foreground tabular-nums">{items.length}</span>
                    {group !== null && (
                      <Button
                        variant="link"
                        size="sm"
                        className="h-6 px-1 text-xs font-normal"
                        aria-label={`Rename group ${group}`}
                        onClick={() => setGrouped({ kind: "group", group })}
                      >
                        Rename
                      </Button>
                    )}
                  </span>
                </th>
              </tr>
            )}
            {items.map((item) => (
              <WatchlistRow
                key={item.instrument.id}
                item={item}
                actions={actions}
                mayMove={mayMove}
                isStop={item.instrument.id === stopId}
                onFocus={() => setStop(item.instrument.id)}
                onGroup={() => setGrouped({ kind: "item", item })}
                onDropped={(dragged) => actions.change((all) => dropItem(all, dragged, item.instrument.id))}
              />
            ))}
          </TableBody>
        ))}
      </Table>
      {grouped && (
        <GroupDialog
          grouped={grouped}
          groups={sections.flatMap((section) => section.group ?? [])}
          onClose={() => setGrouped(null)}
          onSave={(group) => {
            setGrouped(null);
            actions.change((items) =>
              grouped.kind === "item"
                ? regroupItem(items, grouped.item.instrument.id, group)
                : renameGroup(items, grouped.group, group),
            );
          }}
        />
      )}
    </div>
  );
}

function SortHead({
  column,
  sorting,
  onSort,
  className,
  children,
}: {
  column: SortColumn;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  className?: string;
  children: string;
}) {
  const isSorted = sorting?.column === column;
  const Arrow = !isSorted ? ChevronsUpDown : sorting.descending ? ArrowDown : ArrowUp;
  return (
    <TableHead
      className={className}
      aria-sort={isSorted ? (sorting.descending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        className={cn(
          "-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-foreground",
          className?.includes("text-right") && "flex-row-reverse",
          isSorted && "text-foreground",
        )}
        onClick={() => onSort(nextSorting(sorting, column))}
      >
        {children}
        <Arrow className={cn("size-3", !isSorted && "opacity-40")} aria-hidden />
      </button>
    </TableHead>
  );
}
