import { longInterval } from "@/features/chart/intervals";
import type { BacktestCreate, SharedRun } from "@/lib/api/generated";
import { formatMoney, formatNumber, formatPercent, formatPlural } from "@/lib/format";

const MOST_NAMED = 3;

/** What a run was made on, short enough for a title: "AAPL", "AAPL, IBM, MSFT", "AAPL, IBM and 8 more". */
export function marketName({
  symbol,
  symbols,
}: {
  symbol: string;
  symbols: readonly string[] | null;
}): string {
  if (!symbols) return symbol;
  if (symbols.length <= MOST_NAMED) return symbols.join(", ");
  return `${symbols.slice(0, 2).join(", ")} and ${symbols.length - 2} more`;
}

/** What a run was asked for: the fields that its request, its answer and its shared report have in common. */
export type AskedTerms = Pick<
  SharedRun,
  | "symbol"
  | "symbols"
  | "basket"
  | "interval"
  | "start"
  | "end"
  | "initial_cash"
  | "commission_bps"
  | "commission_fixed"
  | "commission_per_unit"
  | "commission_minimum"
  | "commission_tiers"
  | "slippage_bps"
  | "slippage_model"
  | "volume_limit"
  | "price_impact"
  | "borrow_rate"
  | "overnight_rate"
  | "whole_units"
  | "close_at_end"
  | "adjust"
  | "detail_interval"
>;

/** The same terms as a request. */
export function requestTerms(asked: AskedTerms): Omit<BacktestCreate, "parameters"> {
  const { symbol, symbols, basket, ...rest } = {
    symbol: asked.symbol,
    symbols: asked.symbols,
    basket: asked.basket,
    interval: asked.interval,
    start: asked.start,
    end: asked.end,
    initial_cash: asked.initial_cash,
    commission_bps: asked.commission_bps,
    commission_fixed: asked.commission_fixed,
    commission_per_unit: asked.commission_per_unit,
    commission_minimum: asked.commission_minimum,
    commission_tiers: asked.commission_tiers,
    slippage_bps: asked.slippage_bps,
    slippage_model: asked.slippage_model,
    volume_limit: asked.volume_limit,
    price_impact: asked.price_impact,
    borrow_rate: asked.borrow_rate,
    overnight_rate: asked.overnight_rate,
    whole_units: asked.whole_units,
    close_at_end: asked.close_at_end,
    adjust: asked.adjust,
    detail_interval: asked.detail_interval,
  };
  return { ...rest, ...(symbols && basket ? { symbols, basket } : { symbol }) };
}

const WEIGHT_WORDS = { equal: "equal weights", volatility: "weights by volatility" } as const;
const REBALANCE_WORDS = {
  none: "never rebalanced",
  week: "rebalanced weekly",
  month: "rebalanced monthly",
  quarter: "rebalanced quarterly",
} as const;

/** What is paid on a fill, in the words of the report. */
export function commissionText(asked: AskedTerms, currency: string | null): string {
  const parts: string[] = [];
  const tiers = asked.commission_tiers;
  if (tiers.length > 0)
    parts.push(
      tiers
        .map(
          (tier) =>
            `${formatNumber(tier.bps)} bps from ${formatMoney(tier.from_notional, currency, { digits: 0 })}`,
        )
        .join(", "),
    );
  else parts.push(`${formatNumber(asked.commission_bps)} bps`);
  if (Number(asked.commission_fixed) > 0)
    parts.push(`${formatMoney(asked.commission_fixed, currency)} a fill`);
  if (Number(asked.commission_per_unit) > 0)
    parts.push(`${formatMoney(asked.commission_per_unit, currency, { digits: 4 })} a unit`);
  if (Number(asked.commission_minimum) > 0)
    parts.push(`at least ${formatMoney(asked.commission_minimum, currency)} a fill`);
  return parts.join(", ");
}

export function slippageText(asked: AskedTerms): string {
  const fixed = `${formatNumber(asked.slippage_bps)} bps`;
  return asked.slippage_model === "fixed"
    ? fixed
    : `${fixed}, and an impact that grows with the share of the bar's volume (${formatNumber(asked.price_impact)} × share²); entries take at most ${formatPercent(asked.volume_limit)} of it`;
}

/** The terms of a run, one fact a line, those left at nothing left out. */
export function termFacts(asked: AskedTerms, currency: string | null): { label: string; text: string }[] {
  const { basket, symbols } = asked;
  return [
    ...(symbols && basket
      ? [
          { label: "Instruments", text: symbols.join(", ") },
          {
            label: "Basket",
            text: `${formatPlural(basket.slots, "slot")}, ${WEIGHT_WORDS[basket.weights]}${basket.weights === "volatility" ? ` over ${formatPlural(basket.volatility_window, "bar")}` : ""}, ${REBALANCE_WORDS[basket.rebalance]}`,
          },
        ]
      : [{ label: "Instrument", text: asked.symbol }]),
    {
      label: "Prices",
      text: asked.adjust === "splits" ? "adjusted for splits" : "as traded, splits not adjusted",
    },
    { label: "Cash", text: formatMoney(asked.initial_cash, currency) },
    { label: "Commission", text: commissionText(asked, currency) },
    { label: "Slippage", text: slippageText(asked) },
    ...(asked.borrow_rate > 0
      ? [{ label: "Borrowing", text: `${formatPercent(asked.borrow_rate)} a year on shorts` }]
      : []),
    ...(asked.overnight_rate > 0
      ? [
          {
            label: "Overnight",
            text: `${formatPercent(asked.overnight_rate)} a year on what is held overnight`,
          },
        ]
      : []),
    ...(asked.detail_interval
      ? [{ label: "Within the bar", text: `decided on ${longInterval(asked.detail_interval)} bars` }]
      : []),
    { label: "Quantities", text: asked.whole_units ? "whole units" : "8 decimals, rounded down" },
    {
      label: "At the end",
      text: asked.close_at_end ? "closed at the last close" : "left open, marked at the last close",
    },
  ];
}
