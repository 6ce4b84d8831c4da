"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";

import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/sonner";
import { chartLinkOf } from "@/features/alerts/alert-form";
import { refreshAlerts, useUnreadFirings } from "@/features/alerts/api";
import { useIsReplaying } from "@/features/replay/active-replay";
import type { FiringRead } from "@/lib/api/generated";
import { useSessionStatus } from "@/lib/api/session";
import { formatPrice } from "@/lib/format";
import { useChannel } from "@/lib/live";

/** How many firings are unread, on every page. */
export function AlertBell() {
  return useSessionStatus() === "signed_in" ? <SignedInBell /> : null;
}

/** Tells a firing at once, wherever one is. Stands once on a page. */
export function AlertToasts() {
  const queries = useQueryClient();
  const router = useRouter();
  // A notice names today's price: beside a replay it would tell the future. The log has it.
  const isOnChart = usePathname() === "/chart";
  const isHeld = useIsReplaying() && isOnChart;
  useChannel<FiringRead>(
    "alerts",
    (firing) => {
      refreshAlerts(queries);
      if (isHeld) return;
      toast(`${firing.symbol}: ${firing.alert_name}`, {
        id: firing.alert_id ?? firing.id, // one that fires again and again takes one place
        duration: 10_000,
        description: `${firing.words} at ${formatPrice(firing.price)}`,
        action: { label: "Chart", onClick: () => router.push(chartLinkOf(firing)) },
      });
    },
    () => refreshAlerts(queries),
  );
  return null;
}

function SignedInBell() {
  const unread = useUnreadFirings().data ?? 0;
  // Begins with what is written on wide screens: who speaks to the page says what he sees.
  const words = unread === 0 ? "What fired" : `What fired: ${unread} unread`;
  return (
    <Button
      asChild
      variant="ghost"
      className="relative size-9 justify-start gap-2.5 px-2.5 text-[0.8125rem] text-muted-foreground md:w-full"
    >
      <Link href="/alerts" aria-label={words} title={words}>
        <Bell className="size-4.5" strokeWidth={1.75} aria-hidden />
        <span className="sr-only xl:not-sr-only" aria-hidden>
          What fired
        </span>
        {unread > 0 && (
          <span
            aria-hidden
            className="absolute top-0.5 left-5 min-w-4 rounded-full bg-primary px-1 text-center text-[0.625rem] leading-4 font-semibold text-primary-foreground tabular-nums"
          >
            {unread > 99 ? "99+" : unread}
          </span>
        )}
      </Link>
    </Button>
  );
}
