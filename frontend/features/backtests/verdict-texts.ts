import type { CheckPartRead, CheckRead, VerdictRead } from "@/lib/api/generated";
import { formatCount, formatNumber, formatPercent, formatPlural } from "@/lib/format";

export type Level = VerdictRead["level"];

/** The verdict in a headline and what it means for the reader. */
export const VERDICT_WORDS: Record<Level, { title: string; meaning: string }> = {
  green: {
    title: "This answer can be believed",
    meaning:
      "No check found a reason to doubt it. That is no promise: tomorrow's market may differ from these bars.",
  },
  amber: {
    title: "Believe this answer with care",
    meaning: "Nothing is plainly wrong, but at least one check leaves a doubt. Read it before the profit.",
  },
  red: {
    title: "Do not believe this answer",
    meaning:
      "At least one check failed: the profit below is likely to be luck, costs left out, or faulty data.",
  },
};

/** What the verdict means for a run that made this much: a run without profit has none to be lucky with. */
export function verdictMeaning(level: Level, totalReturn: number | null | undefined): string {
  if (level === "red" && typeof totalReturn === "number" && totalReturn <= 0)
    return `The rule ${totalReturn < 0 ? "lost" : "made no"} money: there is no profit to believe in.`;
  return VERDICT_WORDS[level].meaning;
}

export const LEVEL_MEANINGS: Record<Level, string> = {
  green: "The check found nothing to doubt.",
  amber: "The check leaves a doubt, or could not be made.",
  red: "The check failed: the result should not be believed.",
};

type CheckText = {
  title: string;
  question: string;
  hint: string;
  /** What its figure is, and how it is printed. */
  figure: (value: number, parts: readonly CheckPartRead[]) => { text: string; unit: string };
};

/** Every check, in the order in which it is made. */
const CHECKS: Record<string, CheckText> = {
  data: {
    title: "Data",
    question: "Are the bars whole and sound?",
    hint: "Missing bars against the calendar, rows refused on import, splits that were not adjusted for, jumps that look like mistakes, and how old the last bar is.",
    figure: (value) => ({ text: formatPercent(value), unit: "bars missing" }),
  },
  look_ahead: {
    title: "Look-ahead",
    question: "Does the rule use what it could not have known?",
    hint: "Its signals are computed again on shortened copies of the data and bar by bar. If one differs, the rule saw the future.",
    figure: (value) => ({
      text: formatCount(value),
      unit: value === 1 ? "signal differed" : "signals differed",
    }),
  },
  sample: {
    title: "Sample size",
    question: "Are there enough trades to judge by?",
    hint: "A handful of trades can be luck. Around 30 averages begin to mean something, 100 are better; and the result should not hang on the best three.",
    figure: (value) => ({ text: formatCount(value), unit: value === 1 ? "trade" : "trades" }),
  },
  costs: {
    title: "Doubled costs",
    question: "Does the profit survive twice the costs?",
    hint: "The same signals are run again with commission and slippage doubled. Ideas that live on thin margins die here.",
    figure: (value) => ({ text: formatPercent(value, { signed: true }), unit: "then" }),
  },
  chance: {
    title: "Chance",
    question: "Could luck alone have done this?",
    hint: "The run's returns and trades are shuffled in blocks thousands of times to see how else it could have ended, and random entries with as many trades, as long, on the same side show what the market gave to everybody.",
    figure: (value, parts) => ({
      text: formatPercent(value),
      unit: parts.some((part) => part.name === "random_entries" && part.figure !== null)
        ? "did as well"
        : "lost money",
    }),
  },
  search: {
    title: "Search",
    question: "How many tries did it take to find this?",
    hint: "Every run and every set of a sweep that you ever made with this rule on these data counts. The best of many tries looks good by luck alone; the deflated Sharpe ratio takes that off.",
    // No number of bars makes it certain.
    figure: (value) => ({ text: value > 0.999 ? "over 99.9%" : formatPercent(value), unit: "likely real" }),
  },
  robustness: {
    title: "Robustness",
    question: "Does it survive small changes?",
    hint: "Neighbouring parameters, one bar of delay, other starting days and other kinds of markets. A real edge bends; a fitted one breaks.",
    figure: (value) => ({ text: formatPercent(value, { digits: 0 }), unit: "of Sharpe kept" }),
  },
  out_of_sample: {
    title: "Out of sample",
    question: "Does it hold up on the later part of the data?",
    hint: "The last part of the bars is judged on its own. An idea fitted to the past often fails there.",
    figure: (value) => ({ text: formatNumber(value, { digits: 2 }), unit: "Sharpe there" }),
  },
};

export const CHECK_NAMES = Object.keys(CHECKS);

export type CheckWords = {
  title: string;
  question: string;
  hint: string;
  figure: { text: string; unit: string } | null;
};

/** "track_record" as "Track record"; what is short for something stays in capitals. */
export function humanise(name: string): string {
  return name
    .replaceAll("_", " ")
    .replace(/\b(cagr|var|pbo)\b/g, (short) => short.toUpperCase())
    .replace(/^./, (first) => first.toUpperCase());
}

/** What a check that is still under way is called. */
export function pendingChecks(
  verdict: VerdictRead | null,
): { name: string; title: string; question: string }[] {
  const made = new Set(verdict?.checks.map((check) => check.name));
  return CHECK_NAMES.filter((name) => !made.has(name)).map((name) => ({ name, ...CHECKS[name]! }));
}

/** A check in words. One this page does not know shows its own name, so that no answer is lost. */
export function checkWords(check: Pick<CheckRead, "name" | "figure" | "parts">): CheckWords {
  const text = CHECKS[check.name];
  const value = check.figure ?? null;
  if (!text)
    return {
      title: humanise(check.name),
      question: "",
      hint: "",
      figure: value === null ? null : { text: formatNumber(value), unit: "" },
    };
  return { ...text, figure: value === null ? null : text.figure(value, check.parts ?? []) };
}

/** "4 of 6 checks passed, 1 careful, 1 failed." */
export function countChecks(verdict: VerdictRead): string {
  const count = (level: Level) => verdict.checks.filter((check) => check.level === level).length;
  const parts = [`${count("green")} of ${formatPlural(verdict.checks.length, "check")} passed`];
  if (count("amber") > 0) parts.push(`${count("amber")} with care`);
  if (count("red") > 0) parts.push(`${count("red")} failed`);
  return `${parts.join(", ")}.`;
}
