"use client";

import { Check, Plus } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
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
import { useInstruments } from "@/features/market/api";
import type { Instrument } from "@/lib/api/contract";

/** Searches the instruments and puts the chosen ones on a list, one after the other. */
export function AddInstrument({
  onList,
  onAdd,
  size = "sm",
}: {
  onList: ReadonlySet<string>;
  onAdd: (instrument: Instrument) => void;
  size?: "sm" | "icon-sm";
}) {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const query = words.trim();
  const search = useInstruments({ query: useDeferredValue(query) });
  const found = search.data?.pages[0]?.items ?? [];
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button
          size={size}
          variant={size === "sm" ? "default" : "ghost"}
          aria-label={size === "sm" ? undefined : "Add an instrument"}
        >
          <Plus aria-hidden /> {size === "sm" && "Add an instrument"}
        </Button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-88 p-0" aria-label="Add an instrument">
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
            ) : search.isPending ? (
              <div className="px-3 py-6 text-center text-sm text-muted-foreground">Loading…</div>
            ) : (
              <CommandEmpty>
                {query ? `No instrument matches “${query}”.` : "There are no instruments yet."}
              </CommandEmpty>
            )}
            <CommandGroup>
              {found.slice(0, 50).map((instrument) => (
                <CommandItem
                  key={instrument.id}
                  value={instrument.id}
                  disabled={onList.has(instrument.id)}
                  onSelect={() => onAdd(instrument)}
                >
                  <span className="w-20 shrink-0 truncate font-medium">{instrument.symbol}</span>
                  <span className="min-w-0 flex-1 truncate text-muted-foreground">{instrument.name}</span>
                  {onList.has(instrument.id) && (
                    <span className="inline-flex items-center gap-1 text-xs">
                      <Check aria-hidden /> on the list
                    </span>
                  )}
                </CommandItem>
              ))}
            </CommandGroup>
          </CommandList>
          {query && (
            <Link
              href={`/markets/add?query=${encodeURIComponent(query)}`}
              className="focus-inset block border-t px-3 py-2 text-sm text-primary hover:underline"
            >
              Find “{query}” at a provider
            </Link>
          )}
        </Command>
      </PopoverContent>
    </Popover>
  );
}
