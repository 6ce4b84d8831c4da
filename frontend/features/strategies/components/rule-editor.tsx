"use client";

import { useEffect, useEffectEvent, useImperativeHandle, useRef, useState, type Ref } from "react";

import { ErrorNote } from "@/components/common/error-state";
import { useLanguage, useRuleWords } from "@/features/strategies/api";
import type { WordHelp } from "@/features/strategies/completions";
import type { RuleEditorView, RuleProblemMark } from "@/features/strategies/rule-editor-view";
import { cn } from "@/lib/cn";

export type RuleEditorHandle = {
  goTo: (line: number, column: number) => void;
  insert: (word: WordHelp) => void;
  focus: () => void;
};

/** The rule's text. The editor's own code is fetched when a page first shows one. */
export function RuleEditor({
  source,
  onChange,
  problems,
  onSave,
  onRun,
  describedBy,
  ref,
  className,
}: {
  source: string;
  onChange: (source: string) => void;
  problems: readonly RuleProblemMark[];
  onSave: () => void;
  onRun: () => void;
  /** Id of what tells the reader about problems and keys. */
  describedBy: string;
  ref?: Ref<RuleEditorHandle>;
  className?: string;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<RuleEditorView | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const language = useLanguage();
  const words = useRuleWords();
  const tellChange = useEffectEvent(onChange);
  const tellSave = useEffectEvent(onSave);
  const tellRun = useEffectEvent(onRun);

  const build = useEffectEvent((Editor: typeof RuleEditorView, parent: HTMLElement) => {
    return new Editor(parent, source, "Rule", describedBy, {
      onChange: (text) => tellChange(text),
      onSave: () => tellSave(),
      onRun: () => tellRun(),
    });
  });

  useEffect(() => {
    let isGone = false;
    let made: RuleEditorView | null = null;
    import("@/features/strategies/rule-editor-view").then(({ RuleEditorView: Editor }) => {
      if (isGone || !holder.current) return;
      made = build(Editor, holder.current);
      setView(made);
    }, setFailure);
    return () => {
      isGone = true;
      made?.dispose();
      setView(null);
    };
  }, []);

  useEffect(() => {
    if (view && language.data) view.setLanguage(language.data, words);
  }, [view, language.data, words]);
  useEffect(() => view?.setSource(source), [view, source]);
  useEffect(() => view?.setProblems([...problems]), [view, problems]);
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => view?.goTo(line, column),
    insert: (word) => view?.insert(word),
    focus: () => view?.focus(),
  }));

  return (
    <div
      className={cn(
        "relative focus-within:outline-2 focus-within:-outline-offset-2 focus-within:outline-ring",
        className,
      )}
    >
      {!view && (
        // Until the editor is there the text can be read, and written should its code not come.
        <textarea
          value={source}
          onChange={(event) => onChange(event.target.value)}
          spellCheck={false}
          aria-label="Rule"
          aria-describedby={describedBy}
          className="absolute inset-0 resize-none bg-transparent py-3 pr-3 pl-14 font-mono text-[0.8125rem] leading-[1.6] outline-none"
        />
      )}
      <div ref={holder} className="h-full" />
      {failure !== null && <ErrorNote error={failure} className="absolute inset-x-2 bottom-2" />}
    </div>
  );
}
