import {
  autocompletion,
  snippet,
  startCompletion,
  type Completion,
  type CompletionContext,
} from "@codemirror/autocomplete";
import { Prec, StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { hoverTooltip, keymap, showTooltip, type EditorView, type Tooltip } from "@codemirror/view";

import { findCall, markArgument } from "@/features/strategies/calls";
import {
  callable,
  findCompletions,
  type EditorWords,
  type WordHelp,
} from "@/features/strategies/completions";

function add(parent: HTMLElement, tag: string, text: string, className = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  parent.append(element);
  return element;
}

function makeBox(): HTMLElement {
  const box = document.createElement("div");
  box.className = "max-w-[min(22rem,calc(100vw-2rem))] px-2.5 py-1.5 font-sans text-xs leading-5";
  return box;
}

function helpElement(word: WordHelp, isTitled: boolean): HTMLElement {
  const box = makeBox();
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

const COMPLETION_TYPES: Record<WordHelp["kind"], string> = {
  function: "function",
  input: "variable",
  output: "property",
  keyword: "keyword",
  name: "constant",
  interval: "text",
};

const hasPlaces = (word: WordHelp) => word.template.includes("${");

/** Writes a word over a range: places to fill are walked through by Tab. A call that has its brackets gets no second ones. */
function write(view: EditorView, word: WordHelp, from: number, to: number): void {
  const after = view.state.sliceDoc(to, to + 1);
  if (word.kind === "interval") {
    const closes = after === '"' || after === "'";
    const quote = view.state.sliceDoc(from - 1, from);
    const insert = closes ? word.name : `${word.name}${quote}`;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + word.name.length + 1 } });
  } else if (hasPlaces(word) && after !== "(")
    snippet(`${word.template}\${}`)(view, { label: word.name }, from, to);
  else {
    const insert = hasPlaces(word) ? word.name : word.template;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
  }
}

function toCompletion(word: WordHelp): Completion {
  return {
    label: word.name,
    type: COMPLETION_TYPES[word.kind],
    detail: word.signature.startsWith(`${word.name}(`) ? word.signature.slice(word.name.length) : undefined,
    boost: word.kind === "name" ? 2 : word.kind === "function" ? 0 : 1,
    info: word.help ? () => helpElement(word, false) : undefined,
    apply: (view, _completion, from, to) => {
      write(view, word, from, to);
      // The first argument of such a call is chosen from a list, too.
      if (word.template.includes('"${')) startCompletion(view);
    },
  };
}

/** Writes a word where the cursor stands; what a rule says begins a line of its own. */
export function insertWord(view: EditorView, word: WordHelp): void {
  const { from, to } = view.state.selection.main;
  const line = view.state.doc.lineAt(from);
  if (word.kind !== "output" || line.text.trim() === "") return write(view, word, from, to);
  view.dispatch({ changes: { from: line.to, insert: "\n" }, selection: { anchor: line.to + 1 } });
  write(view, word, line.to + 1, line.to + 1);
}

const hideSignature = StateEffect.define<null>();

type Signature = { tooltip: Tooltip | null; call: string; isHidden: boolean };

function signatureElement(word: WordHelp, argument: number): HTMLElement {
  const box = makeBox();
  const line = add(box, "div", "", "font-mono");
  for (const { text, isCurrent } of markArgument(word.signature, argument))
    add(line, "span", text, isCurrent ? "font-semibold text-primary" : "text-muted-foreground");
  add(box, "p", word.help);
  return box;
}

/** While the arguments of a call are written: its signature above, with the argument that is at hand. Escape hides it. */
function signatureHint({ help }: EditorWords): Extension {
  const isFunction = callable(help);
  const read = (state: EditorState, before: Signature | null): Signature => {
    const { head, empty } = state.selection.main;
    const call = empty || before ? findCall(state.sliceDoc(0, head), isFunction) : null;
    if (!call) return { tooltip: null, call: "", isHidden: false };
    const key = `${call.from} ${call.name}`;
    const isHidden = before !== null && before.isHidden && before.call === key;
    const word = help.get(call.name)!;
    return {
      call: key,
      isHidden,
      tooltip: isHidden
        ? null
        : {
            pos: call.from,
            above: true,
            create: () => ({ dom: signatureElement(word, call.argument) }),
          },
    };
  };
  const field = StateField.define<Signature>({
    create: () => ({ tooltip: null, call: "", isHidden: false }),
    update(value, transaction) {
      if (transaction.effects.some((effect) => effect.is(hideSignature)))
        return { ...value, tooltip: null, isHidden: true };
      if (!transaction.docChanged && !transaction.selection) return value;
      // It comes with typing and with walking through a call, not with a rule that is loaded.
      if (transaction.docChanged && !transaction.isUserEvent("input") && !transaction.isUserEvent("delete"))
        return { tooltip: null, call: "", isHidden: false };
      return read(transaction.state, value);
    },
    provide: (from) => showTooltip.from(from, ({ tooltip }) => tooltip),
  });
  return [
    field,
    // Behind the list of completions, which Escape closes first.
    Prec.low(
      keymap.of([
        {
          key: "Escape",
          run: (view) => {
            if (!view.state.field(field).tooltip) return false;
            view.dispatch({ effects: hideSignature.of(null) });
            return true;
          },
        },
      ]),
    ),
  ];
}

function hoverHelp({ help }: EditorWords): Extension {
  return hoverTooltip((view, position) => {
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
  });
}

/** Completion, help on hovering and the signature hint, all from the language's own table. */
export function ruleAssistance(words: EditorWords): Extension {
  return [
    autocompletion({
      icons: false,
      override: [
        (context: CompletionContext) => {
          const found = findCompletions(context.state.doc.toString(), context.pos, words);
          const isInQuotes = found?.words[0]?.kind === "interval";
          if (!found || (!context.explicit && !isInQuotes && found.from === context.pos)) return null;
          return {
            from: found.from,
            // Intervals keep their order, finest first; words are put in order by how well they match.
            options: found.words.map((word, i) =>
              isInQuotes ? { ...toCompletion(word), boost: 50 - i } : toCompletion(word),
            ),
            validFor: isInQuotes ? /^\w*$/ : /^[\p{L}_][\p{L}\p{N}_]*$/u,
          };
        },
      ],
    }),
    hoverHelp(words),
    signatureHint(words),
  ];
}
