import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type Completion,
  type CompletionContext,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  HighlightStyle,
  StreamLanguage,
  syntaxHighlighting,
  type StreamParser,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { Tag } from "@lezer/highlight";

import { buildHelp, findCompletions, type WordHelp } from "@/features/strategies/completions";
import {
  NO_WORDS,
  problemRange,
  readToken,
  type RuleWords,
  type TokenKind,
} from "@/features/strategies/rule-tokens";
import type { LanguageRead } from "@/lib/api/generated";

const KINDS: TokenKind[] = [
  "comment",
  "string",
  "number",
  "operator",
  "punctuation",
  "function",
  "input",
  "output",
  "keyword",
  "constant",
  "definition",
  "name",
  "invalid",
];
const TAGS = Object.fromEntries(KINDS.map((kind) => [kind, Tag.define(kind)])) as Record<TokenKind, Tag>;

/** Colours are the theme's own variables: one style serves light and dark. */
export const TOKEN_COLOURS: Partial<Record<TokenKind, string>> = {
  comment: "var(--muted-foreground)",
  string: "var(--chart-2)",
  number: "var(--chart-2)",
  function: "var(--chart-1)",
  input: "var(--chart-4)",
  output: "var(--chart-5)",
  keyword: "var(--chart-3)",
  constant: "var(--chart-3)",
  operator: "var(--muted-foreground)",
  punctuation: "var(--muted-foreground)",
  invalid: "var(--destructive)",
};

const highlighting = HighlightStyle.define(
  KINDS.map((kind) => ({
    tag: TAGS[kind],
    color: TOKEN_COLOURS[kind],
    ...(kind === "comment" && { fontStyle: "italic" }),
    ...(kind === "output" && { fontWeight: "600" }),
  })),
);

const theme = EditorView.theme({
  "&": { color: "var(--foreground)", backgroundColor: "transparent", fontSize: "0.8125rem", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--foreground)", padding: "0.75rem 0" },
  ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
  ".cm-cursor": { borderLeftColor: "var(--foreground)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted-foreground)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 55%, transparent)",
  },
  ".cm-activeLineGutter": { color: "var(--foreground)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection":
    {
      backgroundColor: "color-mix(in srgb, var(--primary) 28%, transparent)",
    },
  ".cm-matchingBracket": { backgroundColor: "var(--accent)", outline: "1px solid var(--input)" },
  ".cm-nonmatchingBracket": { color: "var(--destructive)" },
  ".cm-placeholder": { color: "var(--muted-foreground)" },
  ".cm-tooltip": {
    backgroundColor: "var(--popover)",
    color: "var(--popover-foreground)",
    border: "1px solid var(--border)",
    borderRadius: "6px",
    boxShadow: "0 8px 24px rgb(0 0 0 / 0.25)",
    zIndex: "40",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--accent-foreground)",
  },
  ".cm-completionDetail": { color: "var(--muted-foreground)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--primary)" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 10px", maxWidth: "22rem" },
  // Where there is no room beside the list, the help would lie on top of it; hovering shows it later.
  ".cm-completionInfo-left-narrow, .cm-completionInfo-right-narrow": { display: "none" },
  ".cm-diagnostic": { fontFamily: "var(--font-sans)", padding: "4px 10px", borderLeftWidth: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--destructive)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--destructive) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-gutter-lint": { width: "0.9rem" },
  ".cm-lint-marker": { width: "0.6rem", height: "0.6rem", marginTop: "0.35rem" },
  ".cm-lint-marker-error": { content: "''", borderRadius: "50%", backgroundColor: "var(--destructive)" },
});

function parser(words: RuleWords): StreamParser<unknown> {
  return {
    name: "flowrex-rule",
    token(stream) {
      const { to, kind } = readToken(stream.string, stream.pos, words);
      stream.pos = Math.max(to, stream.pos + 1);
      return kind;
    },
    tokenTable: TAGS,
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", '"'] } },
  };
}

function helpElement(word: WordHelp, isTitled: boolean): HTMLElement {
  const add = (parent: HTMLElement, tag: string, text: string, className = "") => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = className;
    parent.append(element);
    return element;
  };
  const box = document.createElement("div");
  box.className = "max-w-88 px-2.5 py-1.5 font-sans text-xs leading-5";
  if (isTitled) add(box, "div", word.signature, "font-mono font-medium");
  add(box, "p", word.help);
  if (word.facts.length > 0) {
    const list = document.createElement("dl");
    list.className = "mt-1 grid grid-cols-[auto_1fr] gap-x-3 text-muted-foreground";
    for (const { label, text } of word.facts) {
      add(list, "dt", label);
      add(list, "dd", text, label === "Example" ? "font-mono" : "");
    }
    box.append(list);
  }
  return box;
}

const COMPLETION_TYPES = {
  function: "function",
  input: "variable",
  output: "property",
  keyword: "keyword",
  name: "constant",
};

function toCompletion(word: WordHelp): Completion {
  const isFunction = word.kind === "function" || word.signature.startsWith(`${word.name}(`);
  const text = isFunction ? `${word.name}()` : word.kind === "output" ? `${word.name} = ` : word.name;
  return {
    label: word.name,
    type: COMPLETION_TYPES[word.kind],
    detail: isFunction ? word.signature.slice(word.name.length) : undefined,
    boost: word.kind === "name" ? 2 : word.kind === "function" ? 0 : 1,
    info: () => helpElement(word, false),
    apply: (view, _completion, from, to) => {
      const anchor = from + text.length - (isFunction ? 1 : 0);
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor } });
    },
  };
}

function assistance(help: Map<string, WordHelp>) {
  return [
    autocompletion({
      icons: false,
      override: [
        (context: CompletionContext) => {
          const found = findCompletions(context.state.doc.toString(), context.pos, help);
          if (!found || (!context.explicit && found.from === context.pos)) return null;
          return {
            from: found.from,
            options: found.words.map(toCompletion),
            validFor: /^[\p{L}_][\p{L}\p{N}_]*$/u,
          };
        },
      ],
    }),
    hoverTooltip((view, position) => {
      const line = view.state.doc.lineAt(position);
      for (const match of line.text.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) {
        const from = line.from + match.index;
        const to = from + match[0].length;
        const word = help.get(match[0]);
        const comment = line.text.indexOf("#");
        if (!word || position < from || position > to || (comment >= 0 && match.index > comment)) continue;
        return { pos: from, end: to, above: true, create: () => ({ dom: helpElement(word, true) }) };
      }
      return null;
    }),
  ];
}

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
          syntaxHighlighting(highlighting),
          theme,
          this.#language.of(StreamLanguage.define(parser(NO_WORDS))),
        ],
      }),
    });
  }

  /** Teaches the editor the language's words: colours, completion, hover. */
  setLanguage(language: LanguageRead, words: RuleWords): void {
    this.#view.dispatch({
      effects: this.#language.reconfigure([
        StreamLanguage.define(parser(words)),
        assistance(buildHelp(language)),
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

  focus(): void {
    this.#view.focus();
  }

  dispose(): void {
    this.#view.destroy();
  }
}
