"use client";

import Link from "next/link";

import { Badge } from "@/components/ui/badge";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { useRecentImports } from "@/features/market/api";
import { INTERVALS } from "@/features/market/labels";
import type { ImportRead } from "@/lib/api/generated";
import { formatAgo, formatCount, formatPlural } from "@/lib/format";

/** The last files that went in, each leading to what became of its rows. Nothing while there are none. */
export function RecentImports() {
  const { data } = useRecentImports();
  if (!data?.length) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Last imports</CardTitle>
      </CardHeader>
      <ul className="pb-2">
        {data.map((read) => (
          <li key={read.id}>
            <Link
              href={`/markets/import?id=${read.id}`}
              className="focus-inset flex items-center justify-between gap-3 px-4 py-2 hover:bg-accent/60"
            >
              <span className="min-w-0">
                <span className="block truncate">
                  <span className="font-medium">{read.symbol}</span>, {INTERVALS[read.interval]}
                </span>
                <span className="block truncate text-xs text-muted-foreground">
                  {[read.file_name, formatAgo(read.created_at)].filter(Boolean).join(", ")}
                </span>
              </span>
              <Outcome read={read} />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Outcome({ read }: { read: ImportRead }) {
  if (read.status !== "succeeded")
    return <Badge variant={read.status === "failed" ? "down" : "outline"}>{read.status}</Badge>;
  return (
    <span className="text-right text-xs text-muted-foreground tabular-nums">
      {formatPlural(read.inserted + read.updated, "bar")} stored
      {read.rejected > 0 && <span className="block text-warn">{formatCount(read.rejected)} rejected</span>}
    </span>
  );
}
