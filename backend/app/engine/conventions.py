"""The published sentences: how fills are decided, what each figure means. The report shows them,
docs/assumptions.md holds them.

Light on purpose: the API process reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CONVENTIONS_VERSION = "1"
"""Changes whenever a sentence below changes what a run's figures are."""


@dataclass(frozen=True, slots=True)
class Convention:
    """One rule of the fills: a title of a few words, the text, and what it means in the corners."""

    title: str
    text: str
    details: tuple[str, ...] = ()


CONVENTIONS: tuple[Convention, ...] = (
    Convention(
        "Signals and market orders",
        "A signal is computed at the close of a bar from that bar and earlier ones. Its market order fills "
        "at the open of the next bar. Slippage works against the trader on market and stop fills, not on "
        "targets.",
        (
            "A buyer pays open × (1 + slippage), a seller gets open × (1 − slippage).",
            "Signals before the run's first bar do not count; the first possible fill is the open of the "
            "second bar.",
        ),
    ),
    Convention(
        "Order of events",
        "On the same bar an exit comes before an entry. An entry against an open position reverses it: "
        "exit and entry at the same open. Entries of both sides together mean none. An entry on the side "
        "already held is ignored (no pyramiding).",
        (
            "A market exit at the open comes before a stop or target of that bar.",
            "A position with its own exit signal is closed by it (`signal`), even when an entry against it "
            "comes with it; `reversal` names a position that only the opposite entry closed.",
            "An exit and an entry of the same side together, while that side is held: out and in again at "
            "the same open.",
            "An entry whose size is undefined or not above 0 is no entry and reverses nothing.",
            "After a stop or a target on a bar, the signal at that bar's close may enter at the next open.",
        ),
    ),
    Convention(
        "Stops and targets",
        "Stop and target stand at the entry's fill ∓ the signal bar's distance and live from the entry bar "
        "on. A gap through the stop fills at the open, else at the trigger; a gap through the target fills "
        "at the open. Stop and target in one bar: the stop. A trailing level uses completed bars only. Of "
        "several stops the nearest counts.",
        (
            "Touching a level is enough.",
            "The stop wins even on a bar that opened beyond the target: of two readings, the one that "
            "costs more.",
            "A trailing level starts at the entry's fill ∓ its distance. From the bar after the entry on "
            "it follows the best price since (the entry's fill, the highs, for a short the lows, of "
            "completed bars), and never moves back.",
            "Where the fixed stop and the trailing level coincide, the exit is called `stop_loss`.",
            "A distance that is undefined or not above 0 means no such level for that trade.",
        ),
    ),
    Convention(
        "Commission and quantity",
        "Each fill pays commission_bps of its notional plus commission_fixed. The quantity is what `size` "
        "(of the signal bar) of equity at the fill buys, costs included, in whole units or with 8 decimals "
        "rounded down.",
        (
            "`risk` sizes the position so that a fill at the stop's trigger, slippage and both commissions "
            "included, loses that fraction of equity; never more than all of equity affords. Without a "
            "defined stop there is no entry.",
            "A quantity that rounds to 0 is no trade; a reversal then only exits.",
        ),
    ),
    Convention(
        "End of the data",
        "A position open at the end is closed at the last close, commission included (`end_of_data`), or, "
        "with close_at_end off, left open and marked there. A signal on the last bar has no bar to fill on.",
        (
            "No slippage is taken at that close: it is a valuation, no order.",
            "A trade left open has no exit; its profit is marked at the last close and carries the entry's "
            "commission.",
        ),
    ),
    Convention(
        "Shorts and ruin",
        "A short reserves its full notional. The cost of borrowing is not modelled. Equity of 0 or less at "
        "a close closes everything at that close and ends the run (`ruin`).",
        ("The closing fill at ruin pays commission and no slippage.", "Dividends are not paid or charged."),
    ),
    Convention(
        "Equity", "Equity is marked at each close.", ("Until the first fill it is the initial cash.",)
    ),
)

METRIC_DEFINITIONS: Mapping[str, str] = MappingProxyType(
    {
        "final_equity": "Equity at the last close, in money.",
        "total_return": "Final equity / initial cash − 1.",
        "cagr": "Growth per calendar year of 365.25 days: (final / initial)^(1 / years) − 1; −1 when "
        "nothing is left.",
        "volatility": "Standard deviation of the bar returns (ddof 1) × √periods per year.",
        "sharpe": "Mean / standard deviation (ddof 1) of the bar returns × √periods per year; risk-free "
        "rate 0.",
        "sortino": "Mean of the bar returns / √(Σ min(r, 0)² / N) × √periods per year, over all N returns.",
        "calmar": "cagr / −max_drawdown.",
        "omega": "Sum of the positive bar returns / sum of the negative ones without their sign.",
        "max_drawdown": "Deepest fall of equity below its former peak, as a fraction ≤ 0.",
        "max_drawdown_bars": "Longest run of closes below the former peak, in bars, recovered or not.",
        "var_95": "5th percentile of the bar returns (historical): one bar in twenty was worse.",
        "trades": "Number of trades, one left open included.",
        "win_rate": "Closed trades with a profit / closed trades.",
        "profit_factor": "Sum of the profits / sum of the losses of closed trades.",
        "expectancy": "Mean profit of a closed trade, in money.",
        "sqn": "√closed trades × mean / standard deviation (ddof 1) of their profits.",
        "avg_win": "Mean profit of the winning trades, in money.",
        "avg_loss": "Mean profit of the losing trades, in money, ≤ 0.",
        "best": "Greatest profit of a closed trade, in money.",
        "worst": "Least profit of a closed trade, in money.",
        "exposure": "Share of the run's bars during which a position was held.",
        "turnover": "Money of all fills / mean equity, over the whole run.",
        "avg_bars": "Mean length of a closed trade, from entry bar to exit bar, in bars.",
        "total_commission": "Commission of all fills, in money.",
        "total_slippage": "What slippage cost over all fills, in money.",
    }
)
"""Name → one sentence, in the order of the report. All trades' profits are net of commission."""

METRIC_NAMES: tuple[str, ...] = tuple(METRIC_DEFINITIONS)
"""The figures' names in the published order: the columns of a sweep's table."""
