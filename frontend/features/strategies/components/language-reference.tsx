"use client";

import { BookOpen } from "lucide-react";
import { useMemo, useRef, useState } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { Spinner } from "@/components/common/spinner";
import { Button } from "@/components/ui/button";
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "@/components/ui/dialog";
import { useLanguage } from "@/features/strategies/api";
import { buildHelp, type WordHelp } from "@/features/strategies/completions";

const KINDS: [WordHelp["kind"], string][] = [
  ["output", "What a rule says"],
  ["input", "What a rule reads"],
  ["function", "Functions"],
  ["keyword", "Other words"],
];

/** Every word of the rule language, searchable; a chosen one is written into the rule. */
export function LanguageReference({ onChoose }: { onChoose: (word: WordHelp) => void }) {
  const [isOpen, setOpen] = useState(false);
  const isChosen = useRef(false);
  const language = useLanguage();
  const words = useMemo(() => [...(language.data ? buildHelp(language.data).values() : [])], [language.data]);
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(next) => {
        isChosen.current = false;
        setOpen(next);
      }}
    >
      <DialogTrigger asChild>
        <Button variant="ghost" size="sm">
          <BookOpen aria-hidden /> Words of the language
        </Button>
      </DialogTrigger>
      <DialogContent
        className="max-w-2xl gap-3 p-0"
        // The editor takes the focus when a word was written into it.
        onCloseAutoFocus={(event) => isChosen.current && event.preventDefault()}
      >
        <DialogHeader className="px-4 pt-4">
          <DialogTitle>Words of the language</DialogTitle>
          <DialogDescription>
            A rule is lines of “name = expression”. It sees a bar and the bars before it, never the next one.
            A word that you choose is written where the cursor stands.
          </DialogDescription>
        </DialogHeader>
        {language.isError ? (
          <ErrorNote error={language.error} className="m-4" />
        ) : language.isPending ? (
          <Spinner className="m-4" />
        ) : (
          <Command label="Words of the language" className="min-h-0">
            <CommandInput placeholder="Search words…" aria-label="Search words" />
            <CommandList className="max-h-[55dvh]">
              <CommandEmpty>No word matches.</CommandEmpty>
              {KINDS.map(([kind, title]) => (
                <CommandGroup key={kind} heading={title}>
                  {words
                    .filter((word) => word.kind === kind)
                    .map((word) => (
                      <CommandItem
                        key={word.name}
                        value={`${word.name} ${word.help}`}
                        className="items-start"
                        onSelect={() => {
                          isChosen.current = true;
                          setOpen(false);
                          onChoose(word);
                        }}
                      >
                        <div className="grid min-w-0 gap-0.5">
                          <code className="font-mono text-xs font-medium">{word.signature}</code>
                          <span className="text-xs text-muted-foreground">{word.help}</span>
                          {word.facts.map(({ label, text }) => (
                            <span key={label} className="text-xs text-muted-foreground">
                              {label}:{" "}
                              <span className={label === "Example" ? "font-mono text-foreground" : ""}>
                                {text}
                              </span>
                            </span>
                          ))}
                        </div>
                      </CommandItem>
                    ))}
                </CommandGroup>
              ))}
            </CommandList>
          </Command>
        )}
      </DialogContent>
    </Dialog>
  );
}
