import type { CheckRead, VerdictRead } from "@/lib/api/generated";
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
  figure: (value: number) => { text: string; unit: string };
};

const CHECKS: Record<string, CheckText> = {
  data: {
    title: "Data",
    question: "Are the bars whole and sound?",
    hint: "Missing bars against the calendar, rows refused on import, splits that were not adjusted for, and how old the last bar is.",
    figure: (value) => ({
      text: formatPercent(value, { digits: value === 0 ? 0 : 2 }),
      unit: "bars missing",
    }),
  },
  look_ahead: {
    title: "Look-ahead",
    question: "Does the rule use what it could not have known?",
    hint: "Its signals are computed again on shortened copies of the data. If one differs, the rule saw the future.",
    figure: (value) => ({
      text: formatCount(value),
      unit: value === 1 ? "copy differed" : "copies differed",
    }),
  },
  sample: {
    title: "Sample size",
    question: "Are there enough trades to judge by?",
    hint: "A handful of trades can be luck. Around 30 averages begin to mean something, 100 are better.",
    figure: (value) => ({ text: formatCount(value), unit: value === 1 ? "trade" : "trades" }),
  },
  costs: {
    title: "Doubled costs",
    question: "Does the profit survive twice the costs?",
    hint: "The same signals are run again with commission and slippage doubled. Ideas that live on thin margins die here.",
    figure: (value) => ({ text: formatPercent(value, { signed: true, digits: 1 }), unit: "then" }),
  },
  out_of_sample: {
    title: "Later part",
    question: "Does it hold up on the later part of the data?",
    hint: "The last 30 % of the bars are judged on their own. An idea fitted to the past often fails there.",
    figure: (value) => ({ text: formatNumber(value, { digits: 2 }), unit: "Sharpe there" }),
  },
  chance: {
    title: "Chance",
    question: "Would random entries have done as well?",
    hint: "A thousand random runs with as many trades, as long and on the same side. If many do as well, the entries add nothing.",
    figure: (value) => ({ text: formatPercent(value, { digits: 1 }), unit: "did as well" }),
  },
};

export type CheckWords = {
  title: string;
  question: string;
  hint: string;
  figure: { text: string; unit: string } | null;
};

/** A check in words. One this page does not know shows its own name, so that no answer is lost. */
export function checkWords(check: CheckRead): CheckWords {
  const text = CHECKS[check.name];
  const value = check.figure ?? null;
  if (!text)
    return {
      title: check.name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase()),
      question: "",
      hint: "",
      figure: value === null ? null : { text: formatNumber(value), unit: "" },
    };
  return { ...text, figure: value === null ? null : text.figure(value) };
}

/** "4 of 6 checks passed, 1 careful, 1 failed." */
export function countChecks(verdict: VerdictRead): string {
  const count = (level: Level) => verdict.checks.filter((check) => check.level === level).length;
  const parts = [`${count("green")} of ${formatPlural(verdict.checks.length, "check")} passed`];
  if (count("amber") > 0) parts.push(`${count("amber")} with care`);
  if (count("red") > 0) parts.push(`${count("red")} failed`);
  return `${parts.join(", ")}.`;
}
