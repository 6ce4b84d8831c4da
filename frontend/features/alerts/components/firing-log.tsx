"use client";

import { BellRing } from "lucide-react";
import Link from "next/link";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { chartLinkOf } from "@/features/alerts/alert-form";
import { useMarkRead, type useFirings } from "@/features/alerts/api";
import type { DeliveryRead, FiringRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatAgo, formatDateTime, formatPlural, formatPrice } from "@/lib/format";

/** Every firing, newest first, with the bar that did it and what became of its deliveries. */
export function FiringLog({ firings }: { firings: ReturnType<typeof useFirings> }) {
  if (firings.isError)
    return (
      <ErrorState
        title="The log could not be loaded"
        error={firings.error}
        onRetry={() => void firings.refetch()}
      />
    );
  if (firings.isPending) return <Skeleton className="h-40" />;
  if (firings.items.length === 0)
    return (
      <EmptyState icon={BellRing} title="Nothing has fired yet">
        Each firing stands here with the bar that did it.
      </EmptyState>
    );
  return (
    <>
      <ul className="divide-y">
        {firings.items.map((firing) => (
          <FiringLine key={firing.id} firing={firing} />
        ))}
      </ul>
      {firings.hasNextPage && (
        <Button variant="ghost" size="sm" className="m-2" onClick={() => void firings.fetchNextPage()}>
          Show older
        </Button>
      )}
    </>
  );
}

function FiringLine({ firing }: { firing: FiringRead }) {
  const markRead = useMarkRead();
  const { bar } = firing;
  return (
    <li className="flex gap-2.5 px-3 py-2.5">
      <span
        className={cn("mt-1.5 size-2 shrink-0 rounded-full", firing.read ? "bg-transparent" : "bg-primary")}
        aria-hidden
      />
      <div className="min-w-0 flex-1 text-[0.8125rem]">
        <div className="flex items-baseline justify-between gap-2">
          <Link
            href={chartLinkOf(firing)}
            onClick={() => !firing.read && markRead.mutate([firing.id])}
            className="min-w-0 truncate font-medium underline-offset-4 hover:underline"
          >
            {firing.symbol} <span className="font-normal text-muted-foreground">{firing.interval}</span>{" "}
            {firing.alert_name}
          </Link>
          {!firing.read && <span className="sr-only">Unread</span>}
          <span className="shrink-0 tabular-nums">{formatPrice(firing.price)}</span>
        </div>
        <p
          className="text-xs text-muted-foreground tabular-nums"
          title={`Recorded ${formatDateTime(firing.fired_at)} UTC`}
        >
          {formatDateTime(firing.at)} UTC · {formatAgo(firing.at)}
          {firing.on === "tick" && " · at a price"}
        </p>
        <p className="text-xs text-muted-foreground tabular-nums">
          Bar O {formatPrice(bar.open)} H {formatPrice(bar.high)} L {formatPrice(bar.low)} C{" "}
          {formatPrice(bar.close)}
        </p>
        {firing.deliveries.map((delivery) => (
          <p
            key={delivery.id}
            className={cn(
              "text-xs break-words text-muted-foreground",
              delivery.status === "failed" && "text-destructive",
            )}
            title={delivery.response_text ?? delivery.error ?? undefined}
          >
            Webhook {describeDelivery(delivery)}
          </p>
        ))}
      </div>
    </li>
  );
}

export function describeDelivery(delivery: DeliveryRead): string {
  const tries = formatPlural(delivery.attempts, "attempt");
  if (delivery.status === "delivered") return `delivered (${delivery.response_code}, ${tries})`;
  if (delivery.status === "cancelled") return "not sent: the alert or its webhook is gone";
  if (delivery.status === "failed") return `failed after ${tries}: ${delivery.error}`;
  return delivery.attempts === 0
    ? "waiting"
    : `${tries} failed: ${delivery.error ?? "being sent"}${delivery.next_attempt_at ? ` Next at ${formatDateTime(delivery.next_attempt_at)} UTC.` : ""}`;
}
