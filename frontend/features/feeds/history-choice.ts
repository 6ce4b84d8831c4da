import type { Interval } from "@/lib/api/contract";
import type { InstrumentFromProvider, SymbolRead } from "@/lib/api/generated";

/** How far back an added instrument's bars are fetched; "" stands for none. */
export interface HistoryChoice {
  days: "1" | "5" | "10" | "20" | "50";
  minutes: "" | "7" | "30" | "90" | "365";
}

export const USUAL_HISTORY: HistoryChoice = { days: "20", minutes: "30" };

export const DAY_CHOICES: Record<HistoryChoice["days"], string> = {
  "1": "1 year",
  "5": "5 years",
  "10": "10 years",
  "20": "20 years",
  "50": "As far as it goes",
};
export const MINUTE_CHOICES: Record<HistoryChoice["minutes"], string> = {
  "": "None",
  "7": "7 days",
  "30": "30 days",
  "90": "90 days",
  "365": "1 year",
};

const DAY_MS = 86_400_000;

function daysBefore(now: Date, days: number): string {
  return `${new Date(now.getTime() - days * DAY_MS).toISOString().slice(0, 10)}T00:00:00Z`;
}

/** What is asked of the API. A choice that is the usual one is left to the server, which knows what there is. */
export function bodyToAdd(
  found: Pick<SymbolRead, "provider" | "code" | "mic_code">,
  choice: HistoryChoice,
  offered: readonly Interval[],
  now: Date,
  symbol?: string,
): InstrumentFromProvider {
  const body: InstrumentFromProvider = { provider: found.provider, code: found.code };
  if (found.mic_code) body.mic_code = found.mic_code;
  if (symbol) body.symbol = symbol;
  const hasMinutes = offered.includes("1min");
  const intervals: Interval[] = hasMinutes && choice.minutes !== "" ? ["1day", "1min"] : ["1day"];
  if (offered.includes("1day") && hasMinutes) body.intervals = intervals;
  const history: NonNullable<InstrumentFromProvider["history"]> = {};
  if (choice.days !== USUAL_HISTORY.days) history["1day"] = daysBefore(now, Number(choice.days) * 365.25);
  if (choice.minutes !== "" && choice.minutes !== USUAL_HISTORY.minutes && hasMinutes)
    history["1min"] = daysBefore(now, Number(choice.minutes));
  if (Object.keys(history).length > 0) body.history = history;
  return body;
}

/** Another name for an instrument whose symbol is taken here: `AAPL.XNGS`, else `BTC/USD.KRAKEN`. */
export function suggestSymbol(found: Pick<SymbolRead, "provider" | "symbol" | "mic_code">): string {
  const end = (found.mic_code ?? found.provider).toUpperCase().replace(/[^A-Z0-9]/g, "");
  return `${found.symbol.slice(0, Math.max(1, 31 - end.length))}.${end}`;
}
