"use client";

import {
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type RowData,
  type SortingState,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useState, type KeyboardEvent, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";

declare module "@tanstack/react-table" {
  // The names of the library's own declaration have to be repeated.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface ColumnMeta<TData extends RowData, TValue> {
    /** Figures stand right. */
    align?: "right";
    /** For both the head and the cells, e.g. "hidden md:table-cell". */
    className?: string;
    /** What the head is called for readers where it shows no text. */
    label?: string;
  }
}

export interface DataTableProps<Row> {
  /** Names the table for readers. */
  label: string;
  columns: ColumnDef<Row>[];
  rows: Row[];
  rowId?: (row: Row, index: number) => string;
  /** Makes rows selectable by click, Enter and Space; arrows move between them. */
  onRowSelect?: (row: Row) => void;
  selectedId?: string | null;
  initialSorting?: SortingState;
  /** Rows shown at first and added by "Show more". */
  pageSize?: number;
  empty?: ReactNode;
  /** For every row, or for one. */
  rowClassName?: string | ((row: Row) => string);
  className?: string;
}

const SORTS = { asc: "ascending", desc: "descending" } as const;

/** A sortable table that works by keyboard. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowId,
  onRowSelect,
  selectedId,
  initialSorting = [],
  pageSize = 100,
  empty,
  rowClassName,
  className,
}: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>(initialSorting);
  const [shown, setShown] = useState(pageSize);
  // The table instance keeps its identity while its state changes; nothing here is memoised over it.
  // eslint-disable-next-line react-hooks/incompatible-library
  const table = useReactTable({
    data: rows,
    columns,
    state: { sorting },
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getRowId: rowId,
    sortDescFirst: false,
  });
  const all = table.getRowModel().rows;
  if (all.length === 0 && empty) return <>{empty}</>;

  function move(event: KeyboardEvent<HTMLTableRowElement>, row: Row) {
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onRowSelect?.(row);
    }
    const sibling =
      event.key === "ArrowDown"
        ? event.currentTarget.nextElementSibling
        : event.key === "ArrowUp"
          ? event.currentTarget.previousElementSibling
          : null;
    if (sibling instanceof HTMLElement) {
      event.preventDefault();
      sibling.focus();
    }
  }

  return (
    <div className={className}>
      <Table label={label}>
        <TableHeader>
          {table.getHeaderGroups().map((group) => (
            <TableRow key={group.id}>
              {group.headers.map((header) => {
                const { align, className: cell, label: name } = header.column.columnDef.meta ?? {};
                const sorted = header.column.getIsSorted();
                const content = flexRender(header.column.columnDef.header, header.getContext());
                const Arrow = sorted === "asc" ? ArrowUp : sorted === "desc" ? ArrowDown : ChevronsUpDown;
                return (
                  <TableHead
                    key={header.id}
                    className={cn(align === "right" && "text-right", cell)}
                    aria-sort={header.column.getCanSort() && sorted ? SORTS[sorted] : undefined}
                  >
                    {header.column.getCanSort() ? (
                      <button
                        type="button"
                        className={cn(
                          "-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-foreground",
                          align === "right" && "flex-row-reverse",
                          sorted && "text-foreground",
                        )}
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        {content}
                        <Arrow className={cn("size-3", !sorted && "opacity-40")} aria-hidden />
                      </button>
                    ) : name ? (
                      <span className="sr-only">{name}</span>
                    ) : (
                      content
                    )}
                  </TableHead>
                );
              })}
            </TableRow>
          ))}
        </TableHeader>
        <TableBody>
          {all.slice(0, shown).map((row) => (
            <TableRow
              key={row.id}
              data-state={selectedId === row.id ? "selected" : undefined}
              aria-selected={onRowSelect ? selectedId === row.id : undefined}
              tabIndex={onRowSelect ? 0 : undefined}
              className={cn(
                onRowSelect && "focus-inset cursor-pointer hover:bg-accent/60",
                typeof rowClassName === "function" ? rowClassName(row.original) : rowClassName,
              )}
              onClick={onRowSelect ? () => onRowSelect(row.original) : undefined}
              onKeyDown={onRowSelect ? (event) => move(event, row.original) : undefined}
            >
              {row.getVisibleCells().map((cell) => {
                const { align, className: extra } = cell.column.columnDef.meta ?? {};
                return (
                  <TableCell
                    key={cell.id}
                    className={cn(align === "right" && "text-right tabular-nums", extra)}
                  >
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </TableCell>
                );
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {all.length > shown && (
        <div className="flex items-center justify-center gap-3 py-2 text-xs text-muted-foreground">
          {formatCount(shown)} of {formatCount(all.length)}
          <Button variant="ghost" size="sm" onClick={() => setShown((count) => count + pageSize)}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
