import type { ChartMarker } from "@/features/chart/chart-view";
import type { TradeColumns } from "@/lib/api/generated";
import { formatPercent } from "@/lib/format";

export type ExitReason = NonNullable<TradeColumns["exit_reason"][number]>;

export type Trade = {
  /** Its place in the order of entries, from 1. */
  number: number;
  /** Its instrument; of a run on one all have the same. */
  symbol: string;
  side: "long" | "short";
  quantity: number;
  entryTime: number;
  entryPrice: number;
  exitTime: number | null;
  exitPrice: number | null;
  exitReason: ExitReason | null;
  pnl: number;
  return: number;
  commission: number;
  slippage: number;
  /** What holding it cost, in money. */
  financing: number;
  bars: number;
  mae: number;
  mfe: number;
};

export function toTrades(columns: TradeColumns): Trade[] {
  return columns.side.map((side, i) => ({
    number: i + 1,
    symbol: columns.symbol[i]!,
    side,
    quantity: columns.quantity[i]!,
    entryTime: columns.entry_time[i]!,
    entryPrice: columns.entry_price[i]!,
    exitTime: columns.exit_time[i]!,
    exitPrice: columns.exit_price[i]!,
    exitReason: columns.exit_reason[i]!,
    pnl: columns.pnl[i]!,
    return: columns.return[i]!,
    commission: columns.commission[i]!,
    slippage: columns.slippage[i]!,
    financing: columns.financing[i]!,
    bars: columns.bars[i]!,
    mae: columns.mae[i]!,
    mfe: columns.mfe[i]!,
  }));
}

const EXIT_WORDS: Record<ExitReason, { label: string; hint: string }> = {
  signal: { label: "Signal", hint: "The rule's exit came true." },
  reversal: { label: "Reversal", hint: "An entry of the other side closed it." },
  stop_loss: { label: "Stop loss", hint: "The price reached the stop." },
  take_profit: { label: "Target", hint: "The price reached the target; of a part, that part was closed." },
  trailing_stop: { label: "Trailing stop", hint: "The price fell back to the following stop." },
  rebalance: { label: "Rebalanced", hint: "A part was sold to bring the basket back to its weights." },
  time_stop: { label: "Time stop", hint: "It was held for as long as the rule allows." },
  end_of_data: { label: "End of data", hint: "Still open at the end; closed at the last close." },
  ruin: { label: "Ruin", hint: "Equity was gone; everything was closed." },
};

/** The instruments of trades, in the order in which they first traded. */
export function symbolsOf(trades: readonly Trade[]): string[] {
  return [...new Set(trades.map((trade) => trade.symbol))];
}

/** Why a trade ended, in words; a trade without an exit is open. */
export function exitWords(reason: ExitReason | null): { label: string; hint: string } {
  return reason === null
    ? { label: "Open", hint: "Still open at the end; marked at the last close." }
    : EXIT_WORDS[reason];
}

/** Pixels a marker's text needs to be read. */
const TEXT_PIXELS = 64;
/** Markers closer than this hide one another; only the chosen trade keeps its own then. */
const MARKER_PIXELS = 5;

/**
 * Entry and exit marks of the trades that touch the view. Texts appear only where there is room for them; the chosen
 * trade's always do. `view` and the times are unix seconds.
 */
export function markTrades(
  trades: readonly Trade[],
  view: { from: number; to: number },
  widthPixels: number,
  chosen: number | null,
): ChartMarker[] {
  const visible = trades.filter(
    (trade) => trade.entryTime <= view.to && (trade.exitTime ?? Infinity) >= view.from,
  );
  const room = widthPixels / Math.max(1, visible.length * 2);
  return visible.flatMap((trade) => {
    const isChosen = trade.number === chosen;
    if (room < MARKER_PIXELS && !isChosen) return [];
    return marksOf(trade, isChosen, isChosen || (room >= TEXT_PIXELS && chosen === null));
  });
}

function marksOf(trade: Trade, isChosen: boolean, hasText: boolean): ChartMarker[] {
  const isLong = trade.side === "long";
  const marks: ChartMarker[] = [
    {
      time: trade.entryTime,
      side: isLong ? "below" : "above",
      shape: isLong ? "arrowUp" : "arrowDown",
      tone: isChosen ? "accent" : isLong ? "up" : "down",
      text: hasText ? (isLong ? "Buy" : "Short") : undefined,
    },
  ];
  if (trade.exitTime !== null)
    marks.push({
      time: trade.exitTime,
      side: isLong ? "above" : "below",
      shape: trade.exitReason === "signal" || trade.exitReason === "reversal" ? "circle" : "square",
      tone: isChosen ? "accent" : trade.pnl >= 0 ? "up" : "down",
      text: hasText ? formatPercent(trade.return, { signed: true }) : undefined,
    });
  return marks;
}

/** The stretch to show for a trade: the trade itself with as much again on both sides, at least some bars. */
export function stretchAround(
  trade: Trade,
  times: readonly number[],
  indexOf: (time: number) => number,
): { from: number; to: number } {
  const entry = indexOf(trade.entryTime);
  const exit = trade.exitTime === null ? times.length - 1 : indexOf(trade.exitTime);
  const margin = Math.max(20, Math.round((exit - entry) * 0.6));
  return { from: Math.max(0, entry - margin), to: Math.min(times.length - 1, exit + margin) };
}
