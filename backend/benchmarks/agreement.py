"""Ten rules on five demo stocks beside vectorbt and backtesting.py, trade by trade.

A trade is equal when side, entry bar, exit bar, quantity and both prices are, and the profit within a
millionth of the trade's money. Each that is not gets the convention that explains it. The rules' indicators
are ours here and plain pandas there.

    python -m benchmarks.agreement [--write]        (from backend/; --write rewrites docs/agreement.md)
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.language import compile_rule
from app.engine.trades import ExitReason
from benchmarks.agreement_rules import RULES
from benchmarks.peers_environment import run_peer, save_bars
from tests.unit.engine.hand_made import APPLE_SPLITS, load_demo

PAGE = Path(__file__).parents[2] / "docs" / "agreement.md"
SPLITS = {"AAPL": APPLE_SPLITS, "MSFT": {date(2003, 2, 18): 2.0}}
STOCKS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
CASH, FEE_BPS = 1_000_000.0, 10.0
PEERS = {"vectorbt": "vectorbt_trades", "backtesting.py": "backtesting_trades"}

STOP_ON_ENTRY_BAR = (
    "a stop or target reached on the entry's own bar: ours count it (conventions, 3); vectorbt looks from "
    "the next bar on, and backtesting.py takes no level beyond the last close when the order is placed, so "
    "that it is set a bar later"
)
OPEN_BEFORE_LEVELS = (
    "an exit signal and a level on one bar: ours leave at the open, before the bar's levels (conventions, "
    "2); vectorbt takes the level, which came after that open"
)
STOP_AND_TARGET = "stop and target in one bar: ours take the stop (conventions, 3)"
LAST_BAR = (
    "a position open at the end of the data: ours close it at the last close (conventions, 5), "
    "backtesting.py at the last open"
)
OTHER_MONEY = "the same bars and prices with other money, after a trade before it that differed"
STILL_HOLDING = (
    "one of the two was still in a position, or already out, after a trade before it that differed"
)
UNEXPLAINED = "unexplained"


FIGURES = """
## Figures beside quantstats and empyrical-reloaded

Held to 1e-9 by `tests/unit/engine/test_metrics_oracle.py` where the definitions are the same.

| figure | empyrical-reloaded | quantstats |
| --- | --- | --- |
| sharpe, sortino, volatility, max_drawdown, total_return | equal | equal |
| var_95 | equal | another: from a normal distribution |
| omega | equal | another: leaves out returns of 0, threshold per year |
| cagr | another: n / 252 years, ours calendar years (as ffn) | another: the same |
| calmar | follows its cagr | follows its cagr |
| profit_factor, win_rate, avg_win, avg_loss, best, worst | none | another: of bar returns, ours of trades |
| max_drawdown_bars | none | another: calendar days, ours bars |
| expectancy, sqn, exposure, turnover, avg_bars, costs | none | none, or of bar returns |
"""


@dataclass(frozen=True, slots=True)
class Traded:
    """A trade as any of the three tells it; `exit` is −1 while open."""

    side: int
    entry: int
    exit: int
    entry_price: float
    exit_price: float
    quantity: float
    pnl: float

    def times(self) -> tuple[int, int, int]:
        return self.side, self.entry, self.exit

    def is_same_fill(self, other: Traded) -> bool:
        """Bars and prices, whatever the money."""
        return self.times() == other.times() and bool(
            np.isclose(self.entry_price, other.entry_price, rtol=1e-9, atol=0)
            and np.isclose(self.exit_price, other.exit_price, rtol=1e-9, atol=0)
        )

    def is_equal(self, other: Traded) -> bool:
        money = self.quantity * self.entry_price
        return (
            self.is_same_fill(other)
            and abs(self.quantity - other.quantity) < 1e-6
            and abs(self.pnl - other.pnl) <= 1e-6 * money
        )


def run_ours(bars: Bars, source: str, close_at_end: bool) -> tuple[list[Traded], list[ExitReason]]:
    """Our trades, and why each ended."""
    terms = Execution(CASH, commission_bps=FEE_BPS, whole_units=True, close_at_end=close_at_end)
    trades = simulate(bars, evaluate_rule(compile_rule(source), bars), terms).trades
    last = float(bars.close[-1])
    told = [
        Traded(
            int(trades.side[i]),
            int(trades.entry_index[i]),
            int(trades.exit_index[i]),
            float(trades.entry_price[i]),
            float(trades.exit_price[i]) if trades.is_closed[i] else last,
            float(trades.quantity[i]),
            float(trades.pnl[i]),
        )
        for i in range(len(trades))
    ]
    return told, [ExitReason(code) for code in trades.exit_reason.tolist()]


@dataclass(slots=True)
class Tally:
    """How many trades there are, how many have the same bars and prices, how many are equal, and why others
    are not.
    """

    trades: int = 0
    same_fills: int = 0
    equal: int = 0
    causes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.trades += other.trades
        self.same_fills += other.same_fills
        self.equal += other.equal
        self.causes += other.causes


def compare(ours: list[Traded], reasons: list[ExitReason], theirs: list[Traded], last_bar: int) -> Tally:
    """Trade by trade; one that a side alone has counts once."""
    by_entry = {(trade.side, trade.entry): trade for trade in theirs}
    tally = Tally()
    for trade, reason in zip(ours, reasons, strict=True):
        other = by_entry.pop((trade.side, trade.entry), None)
        if other is not None and trade.is_same_fill(other):
            tally.same_fills += 1
        if other is not None and trade.is_equal(other):
            tally.equal += 1
        else:
            tally.causes[_explain(trade, reason, other, bool(tally.causes), last_bar)] += 1
    for _ in by_entry:
        tally.causes[STILL_HOLDING if tally.causes else UNEXPLAINED] += 1
    tally.trades = len(ours) + len(by_entry)
    return tally


def _explain(
    trade: Traded, reason: ExitReason, other: Traded | None, has_differed: bool, last_bar: int
) -> str:
    by_level = reason in (ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT)
    if other is None:
        return STILL_HOLDING if has_differed else UNEXPLAINED
    if trade.is_same_fill(other):
        return OTHER_MONEY if has_differed else UNEXPLAINED
    if reason is ExitReason.END_OF_DATA and other.exit == last_bar:
        return LAST_BAR
    if by_level and trade.exit == trade.entry < other.exit:
        return STOP_ON_ENTRY_BAR
    if trade.exit == other.exit:
        return STOP_AND_TARGET if by_level else OPEN_BEFORE_LEVELS
    return UNEXPLAINED


def main() -> None:
    """Compare and print; write the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true")
    write: bool = parser.parse_args().write
    table = {name: {peer: Tally() for peer in PEERS} for name in RULES}
    with tempfile.TemporaryDirectory() as folder:
        for stock in STOCKS:
            bars = load_demo(stock, SPLITS.get(stock))
            path = save_bars(Path(folder, f"{stock}.npz"), bars)
            for peer, program in PEERS.items():
                found = run_peer(program, path, str(CASH), str(FEE_BPS * 1e-4))
                for name, source in RULES.items():
                    ours, reasons = run_ours(bars, source, close_at_end=peer != "vectorbt")
                    theirs = [Traded(*row) for row in found[name]]
                    tally = compare(ours, reasons, theirs, len(bars) - 1)
                    table[name][peer].add(tally)
                    if tally.causes:
                        print(f"{peer:<15}{stock:<6}{name:<28}{tally.equal} of {tally.trades} equal")
    page = render(table)
    print(page)
    if write:
        PAGE.write_text(page, "utf-8")


def render(table: dict[str, dict[str, Tally]]) -> str:
    """The page."""
    totals = {peer: Tally() for peer in PEERS}
    rows = [
        "# Agreement with vectorbt and backtesting.py",
        "",
        "Ten rules on the five demo stocks (split-adjusted daily bars), 1,000,000 of cash, whole units, a",
        f"fee of {FEE_BPS:g} basis points a fill. Written by `python -m benchmarks.agreement --write`. Our",
        "indicators and fills stand against plain pandas and the other library's fills. *Same fills*: side,",
        "both bars and both prices. *Equal*: the quantity too, and the profit within a millionth of the",
        "trade's money.",
        "",
        "| rule | trades | " + " | ".join(f"{peer}: same fills | equal" for peer in PEERS) + " |",
        "| --- | --- |" + " --- | --- |" * len(PEERS),
    ]
    for name, tallies in table.items():
        for peer, tally in tallies.items():
            totals[peer].add(tally)
        rows.append(_row(name, tallies))
    rows += [_row("**all**", totals), ""]
    for peer in PEERS:
        rows += [f"## Where {peer} differs", ""]
        rows += [f"- {count:,}: {cause}." for cause, count in totals[peer].causes.most_common()] or [
            "- Nowhere."
        ]
        rows.append("")
    return "\n".join(rows) + FIGURES


def _row(name: str, tallies: dict[str, Tally]) -> str:
    counts = " / ".join(str(tally.trades) for tally in tallies.values())
    shares = [
        f"{count / max(tally.trades, 1):.1%}"
        for tally in tallies.values()
        for count in (tally.same_fills, tally.equal)
    ]
    return f"| {name} | {counts} | " + " | ".join(shares) + " |"


if __name__ == "__main__":
    main()
