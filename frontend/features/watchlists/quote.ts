import type { Instrument } from "@/lib/api/contract";
import { formatDate } from "@/lib/format";
import type { LiveStatus } from "@/lib/live";

export type QuoteState = "live" | "delayed" | "simulated" | "stale" | "closed";
/** What a row says of its price: `history`, where nothing newer is awaited. */
export type RowState = QuoteState | "history";

/** A last price as the stream and `GET /quotes` tell it. `change_percent` is a fraction. */
export interface Quote {
  instrument_id: string;
  price: number;
  at: string;
  change: number | null;
  change_percent: number | null;
  volume: number | null;
  previous_close: number | null;
  state: QuoteState;
  source: string;
  market_open?: boolean | null;
}

/** A quote with where the price went when it came, and how often it has moved: a new number plays the flash again. */
export interface HeldQuote {
  quote: Quote;
  move: "up" | "down" | null;
  moves: number;
}

/** What is held after hearing of a quote. Older news than what is held is none; the same instant may say a new state. */
export function holdQuote(held: HeldQuote | undefined, quote: Quote): HeldQuote {
  if (!held) return { quote, move: null, moves: 0 };
  if (Date.parse(quote.at) < Date.parse(held.quote.at)) return held;
  const before = held.quote.price;
  if (quote.price === before) return { ...held, quote };
  return { quote, move: quote.price > before ? "up" : "down", moves: held.moves + 1 };
}

/** What a row shows. `state` null: nothing but stored bars is known, and how old they are is `at`. */
export interface RowFigures {
  last: number | null;
  change: number | null;
  changePercent: number | null;
  volume: number | null;
  state: RowState | null;
  at: string | null;
  sparkline: number[];
}

/** Older than any closing of a market: nothing feeds it. */
const HISTORY_MS = 14 * 86_400_000;

export function isHistory(state: QuoteState, at: string | null, now = Date.now()): boolean {
  return state === "stale" && at !== null && now - Date.parse(at) > HISTORY_MS;
}

/** The day of an instant; a day's end at midnight belongs to the day that ended. */
export function lastDay(at: string | null): string {
  return formatDate(at === null ? null : Date.parse(at) / 1000 - 1);
}

const CLAIMS_TO_BE_FRESH: ReadonlySet<QuoteState> = new Set(["live", "delayed", "simulated"]);

/** The quote where there is one, else what is stored. A connection that is gone makes every claim of freshness stale. */
export function toFigures(instrument: Instrument, quote: Quote | undefined, status: LiveStatus): RowFigures {
  if (!quote) {
    const { last_close: last, change } = instrument;
    return {
      last,
      change: last === null || change === null ? null : last - last / (1 + change),
      changePercent: change,
      volume: null,
      state: null,
      at: instrument.last_bar_at,
      sparkline: instrument.sparkline,
    };
  }
  const isOld = status === "offline" && CLAIMS_TO_BE_FRESH.has(quote.state);
  const isNewer = quote.source !== "stored" && instrument.sparkline.length > 0;
  return {
    last: quote.price,
    change: quote.change,
    changePercent: quote.change_percent,
    volume: quote.volume,
    state: isOld ? "stale" : isHistory(quote.state, quote.at) ? "history" : quote.state,
    at: quote.at,
    sparkline: isNewer ? [...instrument.sparkline, quote.price] : instrument.sparkline,
  };
}

export const STATE_WORDS: Record<RowState, { label: string; meaning: string }> = {
  live: { label: "live", meaning: "Prices arrive as they are traded" },
  delayed: { label: "delayed", meaning: "The provider gives prices with a delay" },
  simulated: { label: "simulated", meaning: "Made up by the simulated feed; no real market" },
  history: { label: "to", meaning: "Nothing newer has come since" },
  stale: { label: "stale", meaning: "There should be a newer price; none has arrived" },
  closed: { label: "closed", meaning: "The market is closed; this is its last price" },
};
