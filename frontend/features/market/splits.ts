import type { SplitBody } from "@/lib/api/generated";

/** A split as it stands in the form. */
export interface SplitDraft {
  date: string;
  ratio: string;
}

/** The form's rows as splits, oldest first, or what is wrong with the first bad one. */
export function readSplits(drafts: readonly SplitDraft[]): { splits: SplitBody[] } | { problem: string } {
  const splits: SplitBody[] = [];
  for (const [index, draft] of drafts.entries()) {
    const which = `Split ${index + 1}`;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(draft.date)) return { problem: `${which} needs a date.` };
    const ratio = Number(draft.ratio.trim().replace(",", "."));
    if (!draft.ratio.trim() || !Number.isFinite(ratio) || ratio <= 0) {
      return { problem: `${which} needs a number above zero: 2 for a 2-for-1, 0.1 for a 1-for-10.` };
    }
    if (ratio === 1) return { problem: `${which} is 1 for 1, which is no split.` };
    if (splits.some((split) => split.date === draft.date)) return { problem: `Two splits on ${draft.date}.` };
    splits.push({ date: draft.date, ratio });
  }
  return { splits: splits.sort((a, b) => a.date.localeCompare(b.date)) };
}
