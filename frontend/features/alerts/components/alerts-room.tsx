"use client";

import { BellPlus, BellRing, CheckCheck, CircleAlert, MoreHorizontal } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";

import { EmptyState } from "@/components/common/empty-state";
import { ErrorState } from "@/components/common/error-state";
import { PageHeader } from "@/components/common/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/sonner";
import { Switch } from "@/components/ui/switch";
import { draftOf, draftOfLink, type AlertDraft } from "@/features/alerts/alert-form";
import {
  useAlerts,
  useDeleteAlert,
  useFirings,
  useMarkRead,
  useRenewSecret,
  useSwitchAlert,
  useTestWebhook,
} from "@/features/alerts/api";
import { AlertDialog, SecretShown } from "@/features/alerts/components/alert-dialog";
import { FiringLog } from "@/features/alerts/components/firing-log";
import type { AlertRead } from "@/lib/api/generated";
import { formatAgo, formatDateTime } from "@/lib/format";

const UNDO_MS = 6_000;

type Open = { draft: AlertDraft; alert: AlertRead | null } | null;

/** All alerts and the log of what they fired. `first`: a new alert to begin with. */
export function AlertsRoom({ first = null }: { first?: AlertDraft | null }) {
  const alerts = useAlerts();
  const firings = useFirings();
  const markRead = useMarkRead();
  const [open, setOpen] = useState<Open>(first && { draft: first, alert: null });
  const [secret, setSecret] = useState<string | null>(null);
  const { hidden, remove } = useRemoval();
  const items = alerts.items.filter((alert) => !hidden.has(alert.id));
  const unread = firings.items.some((firing) => !firing.read);
  const makeNew = () => setOpen({ draft: draftOfLink(new URLSearchParams()), alert: null });
  const close = () => {
    setOpen(null);
    if (first) window.history.replaceState(null, "", "/alerts");
  };

  return (
    <>
      <PageHeader
        title="Alerts"
        description="Conditions that Flowrex watches for you, also while no browser is open."
        actions={
          <Button size="sm" onClick={makeNew}>
            <BellPlus aria-hidden /> New alert
          </Button>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <section aria-label="Alerts" className="min-w-0 rounded-lg border bg-card">
          {alerts.isError ? (
            <ErrorState
              title="The alerts could not be loaded"
              error={alerts.error}
              onRetry={() => void alerts.refetch()}
            />
          ) : alerts.isPending ? (
            <Skeleton className="h-40" />
          ) : items.length === 0 ? (
            <EmptyState
              icon={BellRing}
              title="No alerts yet"
              action={
                <Button size="sm" onClick={makeNew}>
                  Set the first one
                </Button>
              }
            >
              Be told when a price crosses a level or a line you drew, or when a rule becomes true.
            </EmptyState>
          ) : (
            <ul className="divide-y">
              {items.map((alert) => (
                <AlertLine
                  key={alert.id}
                  alert={alert}
                  onEdit={() => setOpen({ draft: draftOf(alert), alert })}
                  onDelete={() => remove(alert)}
                  onSecret={setSecret}
                />
              ))}
            </ul>
          )}
          {alerts.hasNextPage && (
            <Button variant="ghost" size="sm" className="m-2" onClick={() => void alerts.fetchNextPage()}>
              Show more
            </Button>
          )}
        </section>
        <section aria-labelledby="firings-heading" className="min-w-0 rounded-lg border bg-card">
          <div className="flex h-11 items-center justify-between border-b px-3">
            <h2 id="firings-heading" className="text-sm font-semibold">
              What fired
            </h2>
            {unread && (
              <Button
                variant="ghost"
                size="sm"
                disabled={markRead.isPending}
                onClick={() => markRead.mutate(null)}
              >
                <CheckCheck aria-hidden /> Mark all read
              </Button>
            )}
          </div>
          <FiringLog firings={firings} />
        </section>
      </div>
      {open && (
        <AlertDialog key={open.alert?.id ?? "new"} first={open.draft} alert={open.alert} onClose={close} />
      )}
      {secret && (
        <Dialog open onOpenChange={(isOpen) => !isOpen && setSecret(null)}>
          <DialogContent>
            <SecretShown secret={secret} onClose={() => setSecret(null)} />
          </DialogContent>
        </Dialog>
      )}
    </>
  );
}

const STATE_WORDS = { active: "Active", paused: "Paused", done: "Has fired", expired: "Expired" } as const;

function sayLastFired(alert: AlertRead): string {
  return alert.last_fired_at ? `Fired ${formatAgo(alert.last_fired_at)}` : "Never fired";
}

function AlertLine({
  alert,
  onEdit,
  onDelete,
  onSecret,
}: {
  alert: AlertRead;
  onEdit: () => void;
  onDelete: () => void;
  onSecret: (secret: string) => void;
}) {
  const toggle = useSwitchAlert();
  const test = useTestWebhook();
  const renew = useRenewSecret();
  return (
    <li className="flex items-center gap-3 px-3 py-2.5">
      <Switch
        checked={alert.enabled}
        disabled={toggle.isPending}
        aria-label={`Watch ${alert.name}`}
        onCheckedChange={(enabled) =>
          toggle.mutate(
            { id: alert.id, enabled },
            { onError: (error) => toast.error("The alert was not changed", { description: error.message }) },
          )
        }
      />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            href={`/chart?symbol=${encodeURIComponent(alert.symbol)}&interval=${alert.interval}`}
            className="shrink-0 text-[0.8125rem] font-semibold underline-offset-4 hover:underline"
          >
            {alert.symbol}
          </Link>
          <span className="shrink-0 text-xs text-muted-foreground">{alert.interval}</span>
          <span className="line-clamp-2 text-[0.8125rem] break-words">{alert.name}</span>
        </div>
        <p className="line-clamp-2 text-xs text-muted-foreground" title={alert.words}>
          {alert.name !== alert.words && <>{alert.words} · </>}
          {alert.on === "tick" ? "at every price" : "when a bar closes"} ·{" "}
          {alert.repeat === "once" ? "once" : "every time"}
          {alert.webhook && " · webhook"}
          <span className="sm:hidden"> · {sayLastFired(alert)}</span>
        </p>
        {alert.problem && (
          <p className="flex items-start gap-1 text-xs text-destructive">
            <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden /> {alert.problem}
          </p>
        )}
      </div>
      <div className="hidden shrink-0 text-right text-xs text-muted-foreground sm:block">
        <span title={alert.last_fired_at ? `${formatDateTime(alert.last_fired_at)} UTC` : undefined}>
          {sayLastFired(alert)}
        </span>
      </div>
      {alert.problem && alert.state === "active" ? (
        <Badge variant="warn" className="shrink-0">
          Cannot fire
        </Badge>
      ) : (
        <Badge variant={alert.state === "active" ? "primary" : "outline"} className="shrink-0">
          {STATE_WORDS[alert.state]}
        </Badge>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label={`What to do with ${alert.name}`}>
            <MoreHorizontal aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onSelect={onEdit}>Change…</DropdownMenuItem>
          {alert.webhook && (
            <>
              <DropdownMenuItem
                onSelect={() =>
                  test.mutate(alert.id, {
                    onSuccess: (result) =>
                      result.ok
                        ? toast.success("The webhook took the test", {
                            description: `It answered ${result.response_code}.`,
                          })
                        : toast.error("The webhook did not take the test", {
                            description: result.error ?? undefined,
                          }),
                    onError: (error) => toast.error("The test was not sent", { description: error.message }),
                  })
                }
              >
                Test the webhook
              </DropdownMenuItem>
              <DropdownMenuItem
                onSelect={() =>
                  renew.mutate(alert.id, {
                    onSuccess: onSecret,
                    onError: (error) => toast.error("No new secret was made", { description: error.message }),
                  })
                }
              >
                New webhook secret
              </DropdownMenuItem>
            </>
          )}
          <DropdownMenuItem onSelect={onDelete}>Delete</DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
    </li>
  );
}

/** Removes an alert after a few seconds in which that can be undone; leaving the page does it at once. */
function useRemoval() {
  const deletion = useDeleteAlert();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const waiting = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const run = useRef(deletion.mutate);
  useEffect(() => {
    run.current = deletion.mutate;
  });
  useEffect(() => {
    const timers = waiting.current;
    return () => {
      for (const [id, timer] of timers) {
        clearTimeout(timer);
        run.current(id);
      }
      timers.clear();
    };
  }, []);

  const show = (id: string) => setHidden((before) => new Set([...before].filter((one) => one !== id)));

  function remove(alert: AlertRead) {
    setHidden((before) => new Set([...before, alert.id]));
    const timer = setTimeout(() => {
      waiting.current.delete(alert.id);
      run.current(alert.id, {
        onError: (error) => {
          show(alert.id);
          toast.error("The alert was not deleted", { description: error.message });
        },
      });
    }, UNDO_MS);
    waiting.current.set(alert.id, timer);
    toast(`Alert on ${alert.symbol} deleted`, {
      duration: UNDO_MS,
      action: {
        label: "Undo",
        onClick: () => {
          clearTimeout(waiting.current.get(alert.id));
          waiting.current.delete(alert.id);
          show(alert.id);
        },
      },
    });
  }

  return { hidden, remove };
}
