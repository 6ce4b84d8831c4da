"""The published sentences: how fills are decided, what each figure means. The report shows them,
docs/assumptions.md holds them.

Light on purpose: the API process reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CONVENTIONS_VERSION = "2"
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
        "On the same bar an exit comes before an entry. An entry against an open position reverses it: exit "
        "and entry at the same open. Entries of both sides together mean none. An entry on the side already "
        "held is ignored (no pyramiding).",
        (
            "A market exit at the open comes before a stop or target of that bar.",
            "A position with its own exit signal is closed by it (`signal`), even when an entry against it "
            "or the end of its time comes with it; `reversal` names a position that only the opposite entry "
            "closed.",
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
            "The stop wins even on a bar that opened beyond the target: of two readings, the one that costs "
            "more.",
            "A trailing level starts at the entry's fill ∓ its distance. From the bar after the entry on it "
            "follows the best price since (the entry's fill, the highs, for a short the lows, of completed "
            "bars), and never moves back.",
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
        "A short reserves its full notional. Borrowing costs nothing unless the terms say so. Equity of 0 "
        "or less at a close closes everything at that close and ends the run (`ruin`).",
        (
            "The closing fill at ruin pays commission and no slippage.",
            "Dividends are not paid or charged.",
        ),
    ),
    Convention(
        "Equity",
        "Equity is marked at each close.",
        ("Until the first fill it is the initial cash.",),
    ),
    Convention(
        "Limit entries",
        "With `limit_entry` an entry is a limit order at the signal bar's close ∓ that distance. It rests "
        "from the next bar on, for `limit_bars` bars, and fills at its limit, or at the open when that is "
        "better, without slippage. A newer entry signal replaces it; an exit signal of its side or an entry "
        "of the other side cancels it.",
        (
            "Touching the limit is enough. An order that has not filled by the close of its last bar is "
            "gone; one bar is what an order without `limit_bars` gets.",
            "Levels and quantity are taken from the order's own signal bar, equity from the fill.",
            "On the bar of a fill within it, only what surely came after the fill counts: the stop on the "
            "far side of the limit, and of the other side the close. So a high before the fill reaches no "
            "target and lifts no trailing level.",
            "An entry against an open position closes it at the next open (`reversal`) and rests its limit "
            "order from that bar on. An entry on the side already held rests no order.",
            "A distance that is undefined or below 0, or `limit_bars` undefined or below 1: no entry, and "
            "nothing is replaced or reversed. Entries of both sides together leave a resting order alone.",
            "An exit signal beside an entry of the same side: the old order goes, the new one rests. What "
            "is not affordable when the limit is reached is no trade, and the order is gone.",
        ),
    ),
    Convention(
        "Percent and chandelier trailing",
        "`trailing_percent` trails the best price by so many percent of it, like `trailing_stop` by a "
        "distance. `chandelier_stop` trails it by a distance that is read anew at every completed bar. No "
        "level ever moves back. All of them exit as `trailing_stop`.",
        (
            "The percentage is the signal bar's. The chandelier level starts at the entry's fill ∓ the "
            "signal bar's distance; where that is undefined, with the first completed bar that has one.",
            "On a bar whose chandelier distance is undefined or not above 0, its level stays.",
        ),
    ),
    Convention(
        "Exits in parts",
        "With `take_profit_share` only that fraction of the position is closed at `take_profit`; the rest "
        "goes on to `take_profit_2`, its stops and its signals. Each part is a trade of its own, with its "
        "share of the entry's commission.",
        (
            "The part is rounded down to the quantity's grid; one that rounds to 0 is not traded, and the "
            "whole goes on to the second target.",
            "Both targets may be reached on one bar. A second target nearer than the first counts as the "
            "first. Without a first target there is no second.",
            "On a bar that also reaches the stop, the stop closes everything that is left at its start.",
            "A fraction of 1 or more closes everything; one that is undefined or not above 0 means no "
            "target.",
        ),
    ),
    Convention(
        "Time stop",
        "`max_bars` of the signal bar is the number of bars that a position is held at most: then it is "
        "closed at the next open (`time_stop`), with slippage.",
        (
            "The entry's bar is the first. Rounded down; undefined or below 1 means no end.",
            "An exit signal at the same open is called `signal`; an opposite entry there still enters.",
        ),
    ),
    Convention(
        "Replay on finer bars",
        "Where bars of a finer interval are given, limit, stop and target of a bar are decided in their "
        "order, each finer bar by the rule for one bar. A bar without them, or whose finer bars do not "
        "reach its high and low, is judged by itself.",
        (
            "Signals, market orders and marking keep to the bars of the rule: the open is the bar's own.",
            "Levels of `trailing_stop` and `trailing_percent`, and the excursions, learn from each "
            "completed finer bar. The chandelier level moves at completed bars of the rule alone.",
            "Finer bars belong to a bar by their open instant, to a day, week or month by their local date.",
            "Volume is that of the rule's bar.",
        ),
    ),
    Convention(
        "Slippage by volume",
        "With `volume_share` an entry fills at most `volume_limit` of its bar's volume, the rest is "
        "dropped, and a market or stop fill moves the price by price_impact × (quantity / volume)², on top "
        "of slippage_bps. Exits always fill whole.",
        (
            "The quantity is what is affordable at the price that a first estimate would move to. Buy and "
            "hold is capped like any entry.",
            "The share counts as 1 at most. A bar whose volume is undefined or 0 fills no entry, and an "
            "exit as if it were all of the volume.",
            "Limit entries are capped, and move no price. (The model is zipline's VolumeShareSlippage.)",
        ),
    ),
    Convention(
        "Further commissions",
        "A fill also pays commission_per_unit for each unit, and commission_minimum at least. With "
        "commission_tiers the last tier that the fill's notional reaches takes the place of commission_bps, "
        "for the whole fill.",
        (
            "The minimum is compared with everything that the fill pays.",
            "`risk` counts the commission of the exit at the tier of the entry.",
        ),
    ),
    Convention(
        "Nights",
        "Holding over a calendar night costs overnight_rate / 365 of the position's notional at the close "
        "before it, and borrow_rate / 365 more for a short. It is charged when the night has passed, before "
        "the next open.",
        (
            "Nights are counted between local dates: from Friday's bar to Monday's there are three. A "
            "week's bar charges seven.",
            "It is part of a trade's profit and counts neither as commission nor as slippage. Parts of a "
            "position share it by quantity.",
        ),
    ),
    Convention(
        "Splits inside a position",
        "On bars that are not adjusted, a split before a bar's open multiplies the quantity by its ratio "
        "and divides the entry's price and every level; a resting order is divided with them.",
        (
            "So are the distances of a signal that fills on the split's bar. Volume needs nothing: it is "
            "the bar's own.",
            "A fraction of a unit that a split leaves is kept and closed with the rest, also with whole "
            "units.",
            "The trade is told in the units of its exit. A night before the split is charged on the units "
            "of that night.",
            "Indicators still see the jump: adjusted bars are the default for a reason.",
        ),
    ),
    Convention(
        "Baskets: one line of time",
        "A basket runs one rule on several instruments with one cash. The times at which any of them has a "
        "bar are merged; an instrument without a bar at a time neither signals nor trades there and is "
        "marked at its last known close. An order waits for the instrument's own next bar.",
        (
            "Each instrument's signals come from its own bars alone. Bars of a day and longer are labels: "
            "the same label is the same day, wherever the exchange. So on one day an exchange that opens "
            "late can free the cash that one that opened earlier is given; within the day every bar stands "
            "at its own instant and this cannot happen.",
            "Within the day a stop or target of a bar counts, for cash, slots and marks, once that bar is "
            "over, also where bars of others open before.",
            "Nights, splits and periods for rebalancing are counted by each exchange's own dates.",
            "A trade's indices and its bars are counted on the merged times; `max_bars` counts the "
            "instrument's own. An instrument whose bars end before the others' keeps its slot at its last "
            "close until its position is closed with the run (`end_of_data`).",
        ),
    ),
    Convention(
        "Baskets: slots",
        "At each time exits come before entries. Free slots go to the entering instruments with the highest "
        "`rank` of their signal bar, an undefined one last; ties, and rules without `rank`, go by the order "
        "in which the instruments were given. Who gets no slot is not kept waiting.",
        (
            "A reversal closes the position in any case; the entry asks for a slot like any other.",
            "A slot that its instrument cannot afford a unit with goes to the next.",
            "Limit entries and the replay on finer bars are not available for baskets.",
        ),
    ),
    Convention(
        "Baskets: weights",
        "An entry gets `size` of its slot, never more than the free cash. A slot is equity / slots; weighted "
        "by volatility it is that × the instrument's inverse volatility / the mean inverse volatility of all "
        "instruments. Equity is cash and positions at their last known close, taken after the exits.",
        (
            "Volatility is the standard deviation (ddof 0) of the last volatility_window bar returns at "
            "closes that are over, splits taken out. An instrument without one counts as middling.",
            "Free cash is what finished trades left, less what open positions cost: longs at their entry's "
            "price, shorts their full notional, commissions and nights.",
            "`risk` is a fraction of all equity, and buys no more than the slot affords.",
            "A basket of one instrument with one slot is a single run, to the bit.",
        ),
    ),
    Convention(
        "Baskets: rebalancing",
        "At the first open of an instrument in a new week, month or quarter its position is brought back to "
        "its weight, `size` of its entry included: what is too much is sold, then what is too little is "
        "bought from the free cash, before new entries, with slippage and commission.",
        (
            "What is sold is a trade of its own (`rebalance`), like an exit in parts: its share of the "
            "entry's commission and of the nights goes with it.",
            "What is bought joins the position: the entry's price becomes the average, stops, targets and "
            "times stay where they are.",
            "Purchases go by `rank`. A position is never closed by rebalancing. Rules with `risk` are not "
            "rebalanced: they are refused.",
        ),
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
"""Name → one sentence, in the order of the report. All trades' profits are net of commission and of what
holding cost."""

METRIC_NAMES: tuple[str, ...] = tuple(METRIC_DEFINITIONS)
"""The figures' names in the published order: the columns of a sweep's table."""
