"use client";

import { CandlestickChart, MoreHorizontal, Pencil, Scissors, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useMe } from "@/features/identity/api";
import { DeleteInstrumentDialog } from "@/features/market/components/delete-instrument-dialog";
import { RenameInstrumentDialog } from "@/features/market/components/rename-instrument-dialog";
import { SplitsDialog } from "@/features/market/components/splits-dialog";
import { chartHref } from "@/features/market/labels";
import type { Instrument } from "@/lib/api/contract";

type Open = "rename" | "splits" | "delete" | null;

export function InstrumentActions({ instrument }: { instrument: Instrument }) {
  const [open, setOpen] = useState<Open>(null);
  const { data: me } = useMe();
  // Only spares a refusal: the API decides.
  const mayChange = instrument.scope === "private" || me?.role === "admin";
  const close = () => setOpen(null);
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant="ghost"
            size="icon-sm"
            className="relative z-10"
            aria-label={`Actions for ${instrument.symbol}`}
          >
            <MoreHorizontal aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem asChild>
            <Link href={chartHref(instrument.symbol)}>
              <CandlestickChart aria-hidden /> Open chart
            </Link>
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setOpen("splits")}>
            <Scissors aria-hidden /> {mayChange ? "Edit splits" : "Show splits"}
          </DropdownMenuItem>
          {mayChange ? (
            <>
              <DropdownMenuItem onSelect={() => setOpen("rename")}>
                <Pencil aria-hidden /> Rename
              </DropdownMenuItem>
              <DropdownMenuSeparator />
              <DropdownMenuItem variant="destructive" onSelect={() => setOpen("delete")}>
                <Trash2 aria-hidden /> Delete
              </DropdownMenuItem>
            </>
          ) : (
            <>
              <DropdownMenuSeparator />
              <DropdownMenuLabel>Shared; administrators change it</DropdownMenuLabel>
            </>
          )}
        </DropdownMenuContent>
      </DropdownMenu>
      {open === "rename" && <RenameInstrumentDialog instrument={instrument} onClose={close} />}
      {open === "splits" && <SplitsDialog instrument={instrument} readOnly={!mayChange} onClose={close} />}
      {open === "delete" && <DeleteInstrumentDialog instrument={instrument} onClose={close} />}
    </>
  );
}
