"use client";

import { Check, Copy, Link2, Share2, Trash2 } from "lucide-react";
import { useId, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { toast } from "@/components/ui/sonner";
import { useCreateShare, useRevokeShare, useShares } from "@/features/backtests/report-api";
import type { ShareCreated, ShareRead } from "@/lib/api/generated";
import { formatDate, formatDateTime } from "@/lib/format";

const EXPIRIES = [
  { days: "1", label: "1 day" },
  { days: "7", label: "7 days" },
  { days: "30", label: "30 days" },
  { days: "90", label: "90 days" },
  { days: "365", label: "1 year" },
];

/** The new link, shown once: only its fingerprint is kept. */
function NewLink({ share }: { share: ShareCreated }) {
  const id = useId();
  const [isCopied, setCopied] = useState(false);
  const address = `${window.location.origin}${share.path}`;
  async function copy() {
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
      toast.success("The link is copied.");
    } catch {
      document.getElementById(id)?.focus();
      toast.info("The browser does not let this page copy. Copy the marked text by hand.");
    }
  }
  return (
    <div className="grid gap-1.5 rounded-md bg-muted/60 p-3">
      <Label htmlFor={id}>The new link</Label>
      <div className="flex gap-2">
        <Input
          id={id}
          readOnly
          value={address}
          onFocus={(event) => event.target.select()}
          className="font-mono text-xs"
        />
        <Button size="default" variant="outline" onClick={() => void copy()}>
          {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />} Copy
        </Button>
      </div>
      <p className="text-xs text-muted-foreground">
        Works until {formatDateTime(share.expires_at)} UTC. Copy it now: it is not shown again.
      </p>
    </div>
  );
}

function ShareList({ runId, shares }: { runId: string; shares: ShareRead[] }) {
  const revoke = useRevokeShare(runId);
  if (shares.length === 0)
    return <p className="text-[0.8125rem] text-muted-foreground">No link to this report works at present.</p>;
  return (
    <>
      <ul className="divide-y divide-border/60">
        {shares.map((share) => (
          <li key={share.id} className="flex items-center gap-3 py-1.5 text-[0.8125rem]">
            <Link2 className="size-4 shrink-0 text-muted-foreground" aria-hidden />
            <span className="min-w-0 flex-1">
              Made {formatDate(share.created_at)}, works until {formatDate(share.expires_at)}
            </span>
            <Button
              variant="ghost"
              size="sm"
              pending={revoke.isPending && revoke.variables === share.id}
              onClick={() =>
                revoke.mutate(share.id, { onSuccess: () => toast.success("The link no longer works.") })
              }
              aria-label={`Revoke the link made ${formatDate(share.created_at)}`}
            >
              <Trash2 aria-hidden /> Revoke
            </Button>
          </li>
        ))}
      </ul>
      {revoke.isError && <ErrorNote error={revoke.error} />}
    </>
  );
}

/** Makes links to a report for people without an account, lists and revokes them. */
export function ShareDialog({ runId }: { runId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [days, setDays] = useState("30");
  const expiryId = useId();
  const shares = useShares(runId, isOpen);
  const create = useCreateShare(runId);
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) create.reset();
      }}
    >
      <DialogTrigger asChild>
        <Button variant="outline" size="sm">
          <Share2 aria-hidden /> Share
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Share this report</DialogTitle>
          <DialogDescription>
            Whoever has the link reads the report and the rule behind it, without an account, and can change
            nothing.
          </DialogDescription>
        </DialogHeader>
        <div className="flex flex-wrap items-end gap-2">
          <div className="grid gap-1.5">
            <Label htmlFor={expiryId}>Works for</Label>
            <Select value={days} onValueChange={setDays}>
              <SelectTrigger id={expiryId} className="w-36">
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                {EXPIRIES.map((expiry) => (
                  <SelectItem key={expiry.days} value={expiry.days}>
                    {expiry.label}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
          </div>
          <Button pending={create.isPending} onClick={() => create.mutate(Number(days))}>
            {!create.isPending && <Link2 aria-hidden />} Make a link
          </Button>
        </div>
        {create.isError && <ErrorNote error={create.error} />}
        {create.data && <NewLink key={create.data.id} share={create.data} />}
        <section aria-label="Links that work" className="border-t pt-3">
          {shares.isError ? (
            <ErrorNote error={shares.error} />
          ) : shares.data ? (
            <ShareList runId={runId} shares={shares.data} />
          ) : (
            <Spinner label="Loading the links" />
          )}
        </section>
      </DialogContent>
    </Dialog>
  );
}
