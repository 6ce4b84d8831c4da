import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";

import { buildHelp, type WordHelp } from "@/features/strategies/completions";
import { insertWord, ruleAssistance } from "@/features/strategies/rule-editor-assistance";
import { ruleLanguage, ruleLook } from "@/features/strategies/rule-editor-look";
import { NO_WORDS, problemRange, type RuleWords } from "@/features/strategies/rule-tokens";
import type { LanguageRead } from "@/lib/api/generated";

export type RuleProblemMark = { line: number; column: number; message: string };

export type RuleEditorHandlers = {
  onChange: (source: string) => void;
  onSave: () => void;
  onRun: () => void;
};

/** The editor of a rule. Tab leaves it, as it leaves any field. */
export class RuleEditorView {
  readonly #view: EditorView;
  readonly #language = new Compartment();
  #problems: RuleProblemMark[] = [];

  constructor(
    parent: HTMLElement,
    source: string,
    label: string,
    describedBy: string,
    handlers: RuleEditorHandlers,
  ) {
    const command = (act: () => void) => () => {
      act();
      return true;
    };
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: source,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          bracketMatching(),
          closeBrackets(),
          EditorView.lineWrapping,
          placeholder("enter_long = crossover(close, sma(close, 50))"),
          keymap.of([
            { key: "Mod-s", run: command(handlers.onSave), preventDefault: true },
            { key: "Mod-Enter", run: command(handlers.onRun), preventDefault: true },
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...completionKeymap,
            ...lintKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.onChange(update.state.doc.toString());
          }),
          EditorView.contentAttributes.of({
            "aria-label": label,
            "aria-describedby": describedBy,
            tabindex: "0",
            spellcheck: "false",
            autocapitalize: "off",
          }),
          ruleLook,
          this.#language.of(ruleLanguage(NO_WORDS)),
        ],
      }),
    });
  }

  /** Teaches the editor the language's words: colours, completion, hover. */
  setLanguage(language: LanguageRead, words: RuleWords): void {
    this.#view.dispatch({
      effects: this.#language.reconfigure([
        ruleLanguage(words),
        ruleAssistance({ help: buildHelp(language), intervals: language.intervals }),
      ]),
    });
    this.setProblems(this.#problems);
  }

  /** Replaces the text, unless it is the same. */
  setSource(source: string): void {
    const { doc } = this.#view.state;
    if (doc.toString() === source) return;
    this.#view.dispatch({ changes: { from: 0, to: doc.length, insert: source } });
  }

  setProblems(problems: RuleProblemMark[]): void {
    this.#problems = problems;
    const { doc } = this.#view.state;
    // Nobody has made a mistake yet who has not begun to write.
    const marked = doc.toString().trim() === "" ? [] : problems;
    const diagnostics: Diagnostic[] = marked.map(({ line: number, column, message }) => {
      const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
      const { from, to } = problemRange(line.text, column);
      return { from: line.from + from, to: line.from + to, severity: "error", message };
    });
    diagnostics.sort((a, b) => a.from - b.from);
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Puts the cursor at a problem and brings it into view. */
  goTo(number: number, column: number): void {
    const { doc } = this.#view.state;
    const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
    const anchor = Math.min(line.to, line.from + problemRange(line.text, column).from);
    this.#view.dispatch({ selection: { anchor }, scrollIntoView: true });
    this.#view.focus();
  }

  /** Writes a word of the language where the cursor stands, with its places to fill. */
  insert(word: WordHelp): void {
    insertWord(this.#view, word);
    this.#view.focus();
  }

  focus(): void {
    this.#view.focus();
  }

  dispose(): void {
    this.#view.destroy();
  }
}
