"use client";

import type { ColumnDef } from "@tanstack/react-table";
import { Layers, Search } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useMemo, useRef, useState } from "react";

import { DataTable } from "@/components/common/data-table";
import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Figure } from "@/components/common/figure";
import { Sparkline } from "@/components/common/sparkline";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { useCatalogue } from "@/features/feeds/api";
import { BringData } from "@/features/feeds/components/bring-data";
import { SourceBadge } from "@/features/feeds/components/source-badge";
import { useInstruments } from "@/features/market/api";
import { InstrumentActions } from "@/features/market/components/instrument-actions";
import { ASSET_CLASSES, chartHref, INTERVAL_ORDER } from "@/features/market/labels";
import { StarButton } from "@/features/watchlists/components/star-button";
import { ChangeFigures, LastPrice, StateLabel } from "@/features/watchlists/components/quote-cells";
import { useQuoteSnapshot, useRowFigures } from "@/features/watchlists/quotes";
import { useVisible } from "@/features/watchlists/use-visible";
import type { AssetClass, Instrument } from "@/lib/api/contract";
import type { ProviderBadge } from "@/lib/api/generated";
import { formatDate } from "@/lib/format";

type Row = Instrument & { provider: ProviderBadge | null };

const COLUMNS: ColumnDef<Row>[] = [
  {
    id: "star",
    enableSorting: false,
    meta: { label: "Star", className: "w-8 pr-0" },
    cell: ({ row: { original: it } }) => (
      <StarButton instrumentId={it.id} symbol={it.symbol} className="relative z-10 -mr-2" />
    ),
  },
  {
    id: "symbol",
    accessorKey: "symbol",
    header: "Symbol",
    cell: ({ row: { original: it } }) => (
      <div className="min-w-0">
        <Link href={chartHref(it.symbol)} className="font-medium after:absolute after:inset-0">
          {it.symbol}
        </Link>
        {it.scope === "private" && (
          <Badge variant="outline" className="ml-1.5">
            yours
          </Badge>
        )}
        <span className="ml-1.5">
          <SourceBadge provider={it.provider} />
        </span>
        <div className="max-w-36 truncate text-xs text-muted-foreground sm:max-w-64">{it.name}</div>
      </div>
    ),
  },
  {
    id: "asset_class",
    accessorFn: (it) => ASSET_CLASSES[it.asset_class],
    header: "Class",
    meta: { className: "hidden lg:table-cell" },
  },
  {
    id: "last_close",
    accessorKey: "last_close",
    header: "Last",
    meta: { align: "right" },
    cell: ({ row: { original: it } }) => <Last instrument={it} />,
  },
  {
    id: "change",
    accessorKey: "change",
    header: "Change",
    meta: { align: "right", className: "hidden sm:table-cell" },
    cell: ({ row: { original: it } }) => <Change instrument={it} />,
  },
  {
    id: "sparkline",
    header: "Last 30 bars",
    enableSorting: false,
    meta: { className: "hidden sm:table-cell" },
    cell: ({ row: { original: it } }) => <Sparkline values={it.sparkline} />,
  },
  {
    id: "range",
    accessorKey: "first_bar_at",
    header: "Data",
    meta: { className: "hidden md:table-cell" },
    cell: ({ row: { original: it } }) =>
      it.first_bar_at ? (
        <span className="whitespace-nowrap text-muted-foreground tabular-nums">
          {formatDate(it.first_bar_at)} – {formatDate(it.last_bar_at)}
        </span>
      ) : (
        <span className="text-muted-foreground">no bars yet</span>
      ),
  },
  {
    id: "intervals",
    header: "Intervals",
    enableSorting: false,
    meta: { className: "hidden xl:table-cell" },
    cell: ({ row: { original: it } }) => (
      <span className="flex gap-1">
        {INTERVAL_ORDER.filter((interval) => it.intervals.includes(interval)).map((interval) => (
          <Badge key={interval}>{interval}</Badge>
        ))}
      </span>
    ),
  },
  {
    id: "actions",
    enableSorting: false,
    meta: { align: "right", label: "Actions", className: "w-10 pl-0" },
    cell: ({ row: { original: it } }) => <InstrumentActions instrument={it} />,
  },
];

/** The newest price that is known, as everywhere else. */
function Last({ instrument }: { instrument: Instrument }) {
  const cell = useRef<HTMLDivElement>(null);
  const figures = useRowFigures(instrument, useVisible(cell));
  return (
    <div ref={cell}>
      <LastPrice figures={figures} held={figures.held} unit={instrument.currency} />
      <Figure value={figures.changePercent} kind="percent" signed className="block text-xs sm:hidden" />
      <StateLabel figures={figures} className="md:hidden" />
    </div>
  );
}

/** The last change in money and in percent; both signs say the direction. */
function Change({ instrument }: { instrument: Instrument }) {
  return <ChangeFigures figures={useRowFigures(instrument, false)} />; // the price beside it listens
}

const ANY = "any";

export function InstrumentList() {
  const [query, setQuery] = useState("");
  const [assetClass, setAssetClass] = useState<AssetClass | typeof ANY>(ANY);
  const search = useDeferredValue(query.trim());
  const filter = { query: search, asset_class: assetClass === ANY ? undefined : assetClass };
  const list = useInstruments(filter);
  const sources = useCatalogue(filter, 100);
  const rows = useMemo(() => {
    const providers = new Map(sources.items.map((one) => [one.id, one.provider]));
    const items = list.data?.pages.flatMap((page) => page.items) ?? [];
    return items.map((item): Row => ({ ...item, provider: providers.get(item.id) ?? null }));
  }, [list.data, sources.items]);
  useQuoteSnapshot(rows.map((row) => row.id));
  const isFiltered = search !== "" || assetClass !== ANY;

  if (list.isPending) return <ListSkeleton />;
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (rows.length === 0 && !isFiltered && !list.isPlaceholderData) return <NoInstruments />;

  return (
    <Card className="pt-3">
      <div className="flex flex-wrap items-center gap-2 px-3 pb-2">
        <div className="relative min-w-40 flex-1 sm:max-w-72">
          <Search className="absolute top-2 left-2.5 size-4 text-muted-foreground" aria-hidden />
          <Input
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder="Symbol or name"
            aria-label="Search instruments"
            className="h-8 pl-8"
          />
        </div>
        <Select value={assetClass} onValueChange={(value) => setAssetClass(value as AssetClass)}>
          <SelectTrigger size="sm" className="w-36" aria-label="Class">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            <SelectItem value={ANY}>All classes</SelectItem>
            {Object.entries(ASSET_CLASSES).map(([value, label]) => (
              <SelectItem key={value} value={value}>
                {label}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      </div>
      <DataTable
        label="Instruments"
        columns={COLUMNS}
        rows={rows}
        rowId={(it) => it.id}
        rowClassName="relative hover:bg-accent/60"
        empty={
          <EmptyState
            icon={Search}
            title="Nothing fits"
            action={
              <Button
                variant="outline"
                size="sm"
                onClick={() => {
                  setQuery("");
                  setAssetClass(ANY);
                }}
              >
                Show all
              </Button>
            }
          >
            No instrument has that in its symbol or name.
          </EmptyState>
        }
      />
      {list.hasNextPage && (
        <div className="flex justify-center py-2">
          <Button
            variant="ghost"
            size="sm"
            pending={list.isFetchingNextPage}
            onClick={() => {
              void list.fetchNextPage();
              void sources.fetchNextPage();
            }}
          >
            Load more
          </Button>
        </div>
      )}
    </Card>
  );
}

function NoInstruments() {
  return (
    <Card>
      <EmptyState icon={Layers} title="No market data yet" action={<BringData />}>
        Add a symbol and its history comes from a provider, or bring bars as a CSV file: date, open, high,
        low, close and, where there is one, volume.
      </EmptyState>
    </Card>
  );
}

export function ListSkeleton() {
  return (
    <Card className="grid gap-3 p-4" aria-busy="true" aria-label="Loading">
      <Skeleton className="h-8 w-64" />
      {Array.from({ length: 6 }, (_, row) => (
        <Skeleton key={row} className="h-9" />
      ))}
    </Card>
  );
}
