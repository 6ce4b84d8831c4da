"use client";

import { ChevronsUpDown, Search } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { ErrorNote } from "@/components/common/error-state";
import { Figure } from "@/components/common/figure";
import { useInstrumentSearch } from "@/features/chart/api";
import type { Instrument } from "@/lib/api/contract";
import { useIsReplaying } from "@/features/replay/active-replay";
import { cn } from "@/lib/cn";

/** A button that shows the symbol and opens a search over the instruments. */
export function SymbolSwitcher({
  symbol,
  onChoose,
  id,
  className,
  label = "Symbol",
  prompt = "Choose",
  staysOpen = false,
  omit,
  whyNot,
}: {
  symbol: string | null;
  onChoose: (symbol: string) => void;
  id?: string;
  className?: string;
  label?: string;
  /** Stands on the button while no symbol is chosen. */
  prompt?: string;
  /** For choosing several, one after the other. */
  staysOpen?: boolean;
  /** Symbols that are not offered. */
  omit?: readonly string[];
  /** Why an instrument cannot be chosen, in a word or two; null when it can. */
  whyNot?: (instrument: Instrument) => string | null;
}) {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const search = useInstrumentSearch(useDeferredValue(words.trim()), isOpen);
  const isReplaying = useIsReplaying();
  const found = (search.data ?? []).filter((one) => !omit?.includes(one.symbol));

  function choose(next: string) {
    if (!staysOpen) setOpen(false);
    setWords("");
    onChoose(next);
  }

  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button
          id={id}
          variant="outline"
          className={cn("justify-between font-semibold", className)}
          aria-label={
            symbol
              ? `${label}: ${symbol}. Choose another`
              : `Choose ${/^[aeiou]/i.test(label) ? "an" : "a"} ${label.toLowerCase()}`
          }
        >
          {symbol ?? (
            <span className="flex items-center gap-1.5 font-normal text-muted-foreground">
              <Search aria-hidden /> {prompt}
            </span>
          )}
          <ChevronsUpDown className="text-muted-foreground" aria-hidden />
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" className="w-88 p-0" aria-label="Choose an instrument">
        <Command shouldFilter={false} label="Instruments">
          <CommandInput
            value={words}
            onValueChange={setWords}
            placeholder="Symbol or name…"
            aria-label="Search instruments"
          />
          <CommandList>
            {search.isError ? (
              <ErrorNote error={search.error} className="m-1" />
            ) : (
              !search.isPending && (
                <CommandEmpty>
                  {words ? `No instrument matches “${words}”.` : "There are no instruments yet."}{" "}
                  <Link
                    href={words ? `/markets/add?query=${encodeURIComponent(words)}` : "/markets/add"}
                    className="text-primary underline-offset-4 hover:underline"
                  >
                    {words ? "Find it at a provider" : "Add a symbol"}
                  </Link>
                </CommandEmpty>
              )
            )}
            {search.isPending && (
              <div className="px-3 py-6 text-center text-sm text-muted-foreground">Loading…</div>
            )}
            <CommandGroup>
              {found
                .map((instrument) => ({ instrument, reason: whyNot?.(instrument) ?? null }))
                .map(({ instrument, reason }) => (
                  <CommandItem
                    key={instrument.id}
                    value={instrument.id}
                    disabled={reason !== null}
                    onSelect={() => choose(instrument.symbol)}
                    className={cn(instrument.symbol === symbol && "text-primary")}
                  >
                    <span className="w-20 shrink-0 truncate font-medium">{instrument.symbol}</span>
                    <span className="min-w-0 flex-1 truncate text-muted-foreground">{instrument.name}</span>
                    {instrument.scope === "private" && <Badge variant="outline">yours</Badge>}
                    {reason !== null && (
                      <span className="shrink-0 text-xs text-muted-foreground">{reason}</span>
                    )}
                    {!isReplaying && reason === null && (
                      <Figure value={instrument.last_close} kind="price" className="text-right" />
                    )}
                  </CommandItem>
                ))}
            </CommandGroup>
          </CommandList>
        </Command>
      </PopoverContent>
    </Popover>
  );
}
