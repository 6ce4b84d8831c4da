"use client";

import { Database, Search } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useDeferredValue, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useBackfills, useCatalogue, useProviders } from "@/features/feeds/api";
import { BringData } from "@/features/feeds/components/bring-data";
import { CatalogueEntry } from "@/features/feeds/components/catalogue-entry";
import { ProviderPanel } from "@/features/feeds/components/provider-panel";
import { useMe } from "@/features/identity/api";

/** All data that there is, and what is left of the providers' quotas. */
export function Catalogue() {
  const start = useSearchParams().get("query")?.slice(0, 100) ?? "";
  const [typed, setTyped] = useState(start);
  const query = useDeferredValue(typed.trim());
  const list = useCatalogue({ query });
  const { data: backfills } = useBackfills();
  const { data: me } = useMe();
  const isAdmin = me?.role === "admin";

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Quotas />
      {list.isPending ? (
        <Card className="grid gap-3 p-4" role="status" aria-label="Loading">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-14" />
          ))}
        </Card>
      ) : list.error && !list.data ? (
        <Card>
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        </Card>
      ) : (
        <Card className="pt-3">
          {(list.items.length > 0 || typed !== "") && (
            <div className="relative mx-3 mb-3 max-w-72">
              <Search className="absolute top-2 left-2.5 size-4 text-muted-foreground" aria-hidden />
              <Input
                type="search"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                placeholder="Symbol or name"
                aria-label="Search the data"
                className="h-8 pl-8"
              />
            </div>
          )}
          {list.items.length === 0 && typed === "" && (
            <EmptyState icon={Database} title="No market data yet" action={<BringData />}>
              Add a symbol and its history comes from a provider, or import bars from a CSV file.
            </EmptyState>
          )}
          {list.items.length === 0 && typed !== "" && (
            <EmptyState
              icon={Search}
              title="Nothing fits"
              action={
                <>
                  <Button variant="outline" size="sm" onClick={() => setTyped("")}>
                    Show all
                  </Button>
                  <BringData query={typed.trim()} />
                </>
              }
            >
              No instrument here has that in its symbol or name.
            </EmptyState>
          )}
          <ul className="divide-y border-t empty:hidden">
            {list.items.map((instrument) => (
              <CatalogueEntry
                key={instrument.id}
                instrument={instrument}
                backfills={backfills ?? []}
                isAdmin={isAdmin}
              />
            ))}
          </ul>
          {list.hasNextPage && (
            <div className="flex justify-center border-t py-2">
              <Button
                variant="ghost"
                size="sm"
                pending={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                Load more
              </Button>
            </div>
          )}
        </Card>
      )}
    </div>
  );
}

function Quotas() {
  const providers = useProviders({ isWatched: true });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Providers</CardTitle>
      </CardHeader>
      <CardContent>
        {providers.data ? (
          <ProviderPanel providers={providers.data} />
        ) : providers.error ? (
          <ErrorNote error={providers.error} />
        ) : (
          <Skeleton className="h-16" />
        )}
      </CardContent>
    </Card>
  );
}
