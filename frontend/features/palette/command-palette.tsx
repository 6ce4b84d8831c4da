"use client";

import {
  CandlestickChart,
  FileUp,
  FlaskConical,
  Footprints,
  Grid3x3,
  Moon,
  Search,
  Settings,
  Sun,
} from "lucide-react";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useDeferredValue, useEffect, useState } from "react";
import { create } from "zustand";

import { PLACES } from "@/components/common/navigation";
import { Button } from "@/components/ui/button";
import {
  CommandDialog,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { useInstruments } from "@/features/market/api";
import { chartHref } from "@/features/market/labels";
import { rankEntry } from "@/lib/rank";

const usePalette = create<{ isOpen: boolean; setOpen: (isOpen: boolean) => void }>((set) => ({
  isOpen: false,
  setOpen: (isOpen) => set({ isOpen }),
}));

export function PaletteButton() {
  const setOpen = usePalette((state) => state.setOpen);
  return (
    <Button
      variant="ghost"
      className="size-9 justify-start gap-2.5 px-2.5 text-[0.8125rem] text-muted-foreground md:w-full"
      onClick={() => setOpen(true)}
      aria-keyshortcuts="Control+K Meta+K"
    >
      <Search className="size-4.5" strokeWidth={1.75} aria-hidden />
      <span className="sr-only xl:not-sr-only">Search</span>
      <kbd className="ml-auto hidden font-sans text-2xs xl:inline" aria-hidden>
        Ctrl K
      </kbd>
    </Button>
  );
}

/** Everything by keyboard: Ctrl+K or ⌘K, then a few letters. */
export function CommandPalette() {
  const { isOpen, setOpen } = usePalette();

  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (
        event.key.toLowerCase() === "k" &&
        (event.metaKey || event.ctrlKey) &&
        !event.shiftKey &&
        !event.altKey
      ) {
        event.preventDefault();
        setOpen(!usePalette.getState().isOpen);
      }
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [setOpen]);

  return (
    <CommandDialog
      open={isOpen}
      onOpenChange={setOpen}
      title="Search and commands"
      description="Go to a page or an instrument"
      commandProps={{ loop: true, filter: rankEntry }}
    >
      <Entries onDone={() => setOpen(false)} />
    </CommandDialog>
  );
}

function Entries({ onDone }: { onDone: () => void }) {
  const router = useRouter();
  const { resolvedTheme, setTheme } = useTheme();
  const [query, setQuery] = useState("");
  const instruments = useInstruments({ query: useDeferredValue(query.trim()) });
  const found = instruments.data?.pages[0]?.items ?? [];

  function go(href: string) {
    onDone();
    router.push(href);
  }

  return (
    <>
      <CommandInput placeholder="Symbol, page or command" value={query} onValueChange={setQuery} />
      <CommandList>
        <CommandEmpty>Nothing fits.</CommandEmpty>
        <CommandGroup heading="Go to">
          {PLACES.map(({ href, label, icon: Icon }) => (
            <CommandItem key={href} value={label} onSelect={() => go(href)}>
              <Icon aria-hidden /> {label}
            </CommandItem>
          ))}
          <CommandItem
            value="Settings"
            keywords={["profile theme sign out"]}
            onSelect={() => go("/settings")}
          >
            <Settings aria-hidden /> Settings
          </CommandItem>
        </CommandGroup>
        <CommandGroup heading="Do">
          <CommandItem value="Test a rule" keywords={["backtest run"]} onSelect={() => go("/strategies")}>
            <FlaskConical aria-hidden /> Test a rule
          </CommandItem>
          <CommandItem
            value="Sweep a rule"
            keywords={["research optimise parameters heatmap grid"]}
            onSelect={() => go("/research/sweeps/new")}
          >
            <Grid3x3 aria-hidden /> Sweep a rule
          </CommandItem>
          <CommandItem
            value="Walk a rule forward"
            keywords={["research out of sample walk-forward"]}
            onSelect={() => go("/research/walk-forwards/new")}
          >
            <Footprints aria-hidden /> Walk a rule forward
          </CommandItem>
          <CommandItem value="Import a CSV" keywords={["file data"]} onSelect={() => go("/markets/import")}>
            <FileUp aria-hidden /> Import a CSV
          </CommandItem>
          <CommandItem
            value="Theme"
            keywords={["dark light"]}
            onSelect={() => {
              setTheme(resolvedTheme === "dark" ? "light" : "dark");
              onDone();
            }}
          >
            {resolvedTheme === "dark" ? <Sun aria-hidden /> : <Moon aria-hidden />}
            {resolvedTheme === "dark" ? "Light theme" : "Dark theme"}
          </CommandItem>
        </CommandGroup>
        {found.length > 0 && (
          <CommandGroup heading="Charts">
            {found.slice(0, 20).map((instrument) => (
              <CommandItem
                key={instrument.id}
                value={`${instrument.symbol} ${instrument.id}`}
                keywords={[instrument.name ?? ""]}
                onSelect={() => go(chartHref(instrument.symbol))}
              >
                <CandlestickChart aria-hidden />
                <span className="font-medium">{instrument.symbol}</span>
                <span className="truncate text-muted-foreground">{instrument.name}</span>
              </CommandItem>
            ))}
          </CommandGroup>
        )}
      </CommandList>
    </>
  );
}
