"""Cases of a single trade by hand-made bars, for a long and for its mirror image, a short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import make_bars, make_signals

MIRROR = 200.0
"""A short sees prices mirrored at 100: the bar (o, h, l, c) becomes (200 − o, 200 − l, 200 − h, 200 − c)."""

Row = tuple[float, float, float, float]
FLAT: Row = (100.0, 101.0, 99.0, 100.0)


@dataclass(frozen=True)
class Case:
    """Long bars and signals, and what the single trade must be. Signals on bar 0 unless said otherwise.

    `exit_price` is the price before slippage; `slips` says whether the exit pays slippage; `at_level`
    whether the price is one that stands at a distance from the entry's fill, and so moves with that fill's
    slippage.
    """

    name: str
    rows: tuple[Row, ...]
    reason: str | None
    exit_index: int
    exit_price: float
    slips: bool
    at_level: bool = False
    enter: tuple[int, ...] = (0,)
    exit: tuple[int, ...] = ()
    against: tuple[int, ...] = ()
    distances: Mapping[str, float | Mapping[int, float]] = field(default_factory=dict)


def mirrored(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple((MIRROR - o, MIRROR - low, MIRROR - high, MIRROR - c) for o, high, low, c in rows)


def check_case(case: Case, side: str, slippage_bps: float) -> None:
    """Run a case on one side and compare its first trade."""
    is_long = side == "long"
    rows = case.rows if is_long else mirrored(case.rows)
    # With slippage the entry's fill moves by 0.2, and each level with it.
    slip = slippage_bps * 1e-4
    entry = 100.0 * (1.0 + slip if is_long else 1.0 - slip)
    level_shift = entry - 100.0
    enter, leave, against = ("long", "long", "short") if is_long else ("short", "short", "long")
    keywords: dict[str, Any] = {f"enter_{enter}": case.enter, f"exit_{leave}": case.exit, **case.distances}
    keywords[f"enter_{against}"] = case.against
    signals = make_signals(len(rows), **keywords)
    execution = Execution(10_000.0, commission_bps=10.0, slippage_bps=slippage_bps)

    trades = simulate(make_bars(rows), signals, execution).trades

    assert trades.side[0] == (1 if is_long else -1)
    assert trades.entry_index[0] == 1
    assert trades.entry_price[0] == pytest.approx(entry, rel=1e-15)
    assert ExitReason(trades.exit_reason[0]).label == case.reason
    assert trades.exit_index[0] == case.exit_index
    reference = case.exit_price if is_long else MIRROR - case.exit_price
    if case.at_level:
        reference += level_shift
    expected = reference
    if case.slips:
        expected = reference * (1.0 - slip if is_long else 1.0 + slip)
    assert trades.exit_price[0] == pytest.approx(expected, rel=1e-13)
