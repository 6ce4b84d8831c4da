import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StreamParser } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { Tag } from "@lezer/highlight";

import { readToken, type RuleWords, type TokenKind } from "@/features/strategies/rule-tokens";

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
const TOKEN_COLOURS: Partial<Record<TokenKind, string>> = {
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

/** Reads the tokens of a rule for the editor's colours. */
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

/** Colours of the text and of everything around it, light and dark. */
export const ruleLook = [syntaxHighlighting(highlighting), theme];

/** The language with these words in it. */
export function ruleLanguage(words: RuleWords) {
  return StreamLanguage.define(parser(words));
}
