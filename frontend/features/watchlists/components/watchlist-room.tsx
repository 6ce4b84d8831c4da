"use client";

import { Layers, ListPlus, Star } from "lucide-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/sonner";
import type { Instrument } from "@/lib/api/contract";
import type { WatchlistSummaryRead } from "@/lib/api/generated";
import {
  useAddItem,
  useCreateWatchlist,
  usePlaceOnList,
  useWatchlist,
  useWatchlists,
} from "@/features/watchlists/api";
import { AddInstrument } from "@/features/watchlists/components/add-instrument";
import { ListActions } from "@/features/watchlists/components/list-actions";
import { ListNameDialog } from "@/features/watchlists/components/list-name-dialog";
import { WatchlistTable } from "@/features/watchlists/components/watchlist-table";
import { cn } from "@/lib/cn";

const listHref = (id: string) => `/watchlists?list=${id}`;

/** The page: one's lists in a row, and the one that is looked at. */
export function WatchlistRoom() {
  const router = useRouter();
  const wanted = useSearchParams().get("list");
  const lists = useWatchlists();
  const create = useCreateWatchlist();
  const [isNaming, setNaming] = useState(false);
  const all = lists.data ?? [];
  const shown = all.find((list) => list.id === wanted) ?? all[0] ?? null;

  return (
    <>
      <PageHeader
        title="Watchlist"
        description="What you keep an eye on, with its last price, its change and how fresh they are."
        actions={
          <>
            <Button variant="outline" size="sm" onClick={() => setNaming(true)}>
              <ListPlus aria-hidden /> New list
            </Button>
            {shown ? <AddToList list={shown} /> : lists.isSuccess && <AddFirst />}
          </>
        }
      />
      {lists.isPending ? (
        <Skeleton className="h-64" />
      ) : lists.isError && !lists.data ? (
        <ErrorState
          title="The lists could not be loaded"
          error={lists.error}
          onRetry={() => void lists.refetch()}
        />
      ) : !shown ? (
        <Card>
          <EmptyState icon={Star} title="Nothing is watched yet" action={<BrowseMarkets />}>
            Press the star beside an instrument on the markets page or on its chart, or add one here: it then
            stands on this page with its last price.
          </EmptyState>
        </Card>
      ) : (
        <Card>
          <div className="flex items-center gap-2 border-b pr-3">
            <nav aria-label="Lists" className="flex min-w-0 flex-1 gap-4 overflow-x-auto px-4">
              {all.map((list) => (
                <Link
                  key={list.id}
                  href={listHref(list.id)}
                  aria-current={list.id === shown.id ? "page" : undefined}
                  className={cn(
                    "focus-inset -mb-px border-b-2 border-transparent py-2.5 text-[0.8125rem] font-medium whitespace-nowrap text-muted-foreground hover:text-foreground",
                    list.id === shown.id && "border-primary text-foreground",
                  )}
                >
                  {list.name}
                </Link>
              ))}
            </nav>
            <ListActions
              list={shown}
              place={all.indexOf(shown)}
              count={all.length}
              onDeleted={() => router.replace("/watchlists")}
            />
          </div>
          <ShownList key={shown.id} list={shown} />
        </Card>
      )}
      {isNaming && (
        <ListNameDialog
          title="New list"
          isPending={create.isPending}
          error={create.error}
          onClose={() => setNaming(false)}
          onSave={(name) =>
            create.mutate(name, {
              onSuccess: (made) => {
                setNaming(false);
                router.push(listHref(made.id));
              },
            })
          }
        />
      )}
    </>
  );
}

function ShownList({ list: { id } }: { list: WatchlistSummaryRead }) {
  const list = useWatchlist(id);
  if (list.data) {
    if (list.data.items.length > 0) return <WatchlistTable list={list.data} />;
    return (
      <EmptyState icon={Star} title={`Nothing on ${list.data.name} yet`} action={<BrowseMarkets />}>
        Add an instrument with the button above; the star on the markets page and on a chart puts one on the
        list “Watchlist”.
      </EmptyState>
    );
  }
  if (list.isError)
    return (
      <ErrorState
        title="The list could not be loaded"
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    );
  return (
    <div className="grid gap-3 p-4" role="status" aria-label="Loading">
      {[0, 1, 2, 3].map((row) => (
        <Skeleton key={row} className="h-9" />
      ))}
    </div>
  );
}

function BrowseMarkets() {
  return (
    <Button asChild variant="outline" size="sm">
      <Link href="/markets">
        <Layers aria-hidden /> Browse markets
      </Link>
    </Button>
  );
}

function AddToList({ list }: { list: WatchlistSummaryRead }) {
  const { data } = useWatchlist(list.id);
  const add = useAddItem(list.id);
  const onList = new Set(data?.items.map((item) => item.instrument.id));
  return (
    <AddInstrument
      onList={onList}
      onAdd={(instrument) => add.mutate(instrument.id, tell(instrument, list.name))}
    />
  );
}

/** With no list yet, the first instrument begins the one that the star uses. */
function AddFirst() {
  const place = usePlaceOnList();
  return (
    <AddInstrument
      onList={new Set()}
      onAdd={(instrument) =>
        place.mutate({ instrumentId: instrument.id, listId: null, isOn: true }, tell(instrument, "Watchlist"))
      }
    />
  );
}

function tell({ symbol }: Instrument, list: string) {
  return {
    onSuccess: () => void toast.success(`${symbol} is on ${list}`),
    onError: (error: Error) =>
      void toast.error(`${symbol} could not be added`, { description: error.message }),
  };
}
