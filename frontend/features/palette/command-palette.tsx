"use client";

import {
  CandlestickChart,
  CirclePlay,
  FileText,
  FlaskConical,
  Moon,
  Plus,
  ScrollText,
  Search,
  Star,
  Sun,
  type LucideIcon,
} from "lucide-react";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { create } from "zustand";

import { ErrorNote } from "@/components/common/error-state";
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
import { useMe } from "@/features/identity/api";
import { arrangeEntries, type Entry, type EntryKind } from "@/features/palette/entries";
import { findRecent, keepRecent } from "@/features/palette/recent";
import { useEntries } from "@/features/palette/use-entries";

interface PaletteStore {
  isOpen: boolean;
  setOpen: (isOpen: boolean) => void;
  /** The entry that Enter chooses. */
  selected: string;
  select: (selected: string) => void;
}

const usePalette = create<PaletteStore>((set) => ({
  isOpen: false,
  setOpen: (isOpen) => set({ isOpen }),
  selected: "",
  select: (selected) => set({ selected }),
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
  const { isOpen, setOpen, selected, select } = usePalette();

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
      description="Go to a page, an instrument, a strategy, a backtest or a watchlist"
      commandProps={{ loop: true, shouldFilter: false, value: selected, onValueChange: select }}
    >
      <Entries onDone={() => setOpen(false)} />
    </CommandDialog>
  );
}

const ICONS: Record<EntryKind, LucideIcon> = {
  page: FileText,
  instrument: CandlestickChart,
  watchlist: Star,
  strategy: ScrollText,
  run: FlaskConical,
  action: CirclePlay,
  provider: Plus,
};

const THEME = "action theme";

const valueOf = (heading: string, entry: Entry) => `${heading} ${entry.id}`;

const WALKING: ReadonlySet<string> = new Set(["ArrowDown", "ArrowUp", "Home", "End"]);

function Entries({ onDone }: { onDone: () => void }) {
  const router = useRouter();
  const { resolvedTheme, setTheme } = useTheme();
  const userId = useMe().data?.id ?? "";
  const [typed, setTyped] = useState("");
  const [recent] = useState(() => findRecent(userId));
  const { entries, isSearching, error } = useEntries(typed);
  const isDark = resolvedTheme === "dark";
  const words = typed.trim();

  const all: Entry[] = [
    ...entries,
    {
      kind: "action",
      id: THEME,
      name: isDark ? "Light theme" : "Dark theme",
      words: "dark light theme colours",
    },
  ];
  if (words)
    all.push({
      kind: "provider",
      id: "provider",
      name: `Add ${words} from a provider`,
      href: `/markets/add?query=${encodeURIComponent(words)}`,
    });
  const groups = arrangeEntries(all, typed, recent);
  const first = groups[0] && valueOf(groups[0].heading, groups[0].entries[0]!);

  // Answers arrive after the words: the best of them is what Enter chooses, unless the arrows have chosen already.
  const hasWalked = useRef(false);
  const select = usePalette((state) => state.select);
  useEffect(() => {
    if (first !== undefined && !hasWalked.current) select(first);
  }, [first, typed, select]);

  function choose(entry: Entry) {
    onDone();
    if (entry.id === THEME) return setTheme(isDark ? "light" : "dark");
    if (!entry.href) return;
    keepRecent(userId, entry);
    router.push(entry.href);
  }

  function iconOf(entry: Entry): LucideIcon {
    if (entry.id === THEME) return isDark ? Sun : Moon;
    return PLACES.find((place) => place.href === entry.href)?.icon ?? ICONS[entry.kind];
  }

  return (
    <>
      <CommandInput
        placeholder="Symbol, page or command"
        value={typed}
        onValueChange={(next) => {
          hasWalked.current = false;
          setTyped(next);
        }}
        onKeyDown={(event) => {
          if (WALKING.has(event.key)) hasWalked.current = true;
        }}
      />
      {error && <ErrorNote error={error} className="m-1" />}
      <CommandList aria-busy={isSearching || undefined}>
        <CommandEmpty>{isSearching ? "Searching…" : "Nothing fits."}</CommandEmpty>
        {groups.map(({ heading, entries: inside }) => (
          <CommandGroup key={heading} heading={heading}>
            {inside.map((entry) => {
              const Icon = iconOf(entry);
              return (
                <CommandItem key={entry.id} value={valueOf(heading, entry)} onSelect={() => choose(entry)}>
                  <Icon aria-hidden />
                  <span className="shrink-0 truncate font-medium max-sm:max-w-44">{entry.name}</span>
                  {entry.detail && (
                    <span className="min-w-0 truncate text-muted-foreground">{entry.detail}</span>
                  )}
                </CommandItem>
              );
            })}
          </CommandGroup>
        ))}
      </CommandList>
    </>
  );
}
