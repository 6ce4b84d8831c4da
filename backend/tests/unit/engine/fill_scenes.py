"""Scenes of several trades by hand-made bars, for a long and for its mirror image, a short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import make_bars, make_signals
from tests.unit.engine.single_trade_cases import MIRROR, Row, mirrored

SIDES = ("long", "short")
BOTH_SIDES = pytest.mark.parametrize("side", SIDES)
CASH = 10_000.0


@dataclass(frozen=True)
class Trade:
    """What a trade must be; prices as a long sees them, None where a scene does not care."""

    entry_index: int
    entry_price: float
    exit_index: int
    exit_price: float | None
    reason: str | None
    quantity: float | None = None
    is_against: bool = False


@dataclass(frozen=True)
class Scene:
    """Bars and signals of a long, and every trade that comes of them. Entry signal on bar 0 unless given.

    `columns`: distances and numbers by output, one for all bars or those of some. `detail`: finer bars.
    """

    name: str
    rows: tuple[Row, ...]
    trades: tuple[Trade, ...]
    enter: tuple[int, ...] = (0,)
    exit: tuple[int, ...] = ()
    against: tuple[int, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    detail: Bars | None = None


def play(scene: Scene, side: str) -> Fills:
    """The scene's fills on a side. Quantities are whole units: 100 of them at a price of 100."""
    is_long = side == "long"
    rows = scene.rows if is_long else mirrored(scene.rows)
    enter, leave, against = ("long", "long", "short") if is_long else ("short", "short", "long")
    flags: dict[str, Any] = {
        f"enter_{enter}": scene.enter,
        f"exit_{leave}": scene.exit,
        f"enter_{against}": scene.against,
    }
    signals = make_signals(len(rows), **flags, **scene.columns)
    execution = Execution(CASH, **{"whole_units": True, **scene.terms})
    detail = scene.detail
    if detail is not None and not is_long:
        detail = mirror_bars(detail)
    return simulate(make_bars(rows), signals, execution, detail=detail)


def check_scene(scene: Scene, side: str) -> Fills:
    """Play a scene and compare every trade; the fills, for more."""
    fills = play(scene, side)
    trades = fills.trades
    sign = 1 if side == "long" else -1

    def seen(price: float | None) -> float | None:
        return price if price is None or side == "long" else MIRROR - price

    found = [
        (
            int(trades.entry_index[i]),
            int(trades.exit_index[i]),
            ExitReason(trades.exit_reason[i]).label,
            int(trades.side[i]),
        )
        for i in range(len(trades))
    ]
    assert found == [
        (trade.entry_index, trade.exit_index, trade.reason, -sign if trade.is_against else sign)
        for trade in scene.trades
    ]
    for place, trade in enumerate(scene.trades):
        assert trades.entry_price[place] == pytest.approx(seen(trade.entry_price), rel=1e-13)
        if trade.exit_price is not None:
            assert trades.exit_price[place] == pytest.approx(seen(trade.exit_price), rel=1e-13)
        if trade.quantity is not None:
            assert trades.quantity[place] == trade.quantity
    return fills


def mirror_bars(bars: Bars) -> Bars:
    """Bars as a short sees them."""
    return Bars(
        bars.time,
        MIRROR - bars.open,
        MIRROR - bars.low,
        MIRROR - bars.high,
        MIRROR - bars.close,
        bars.volume,
        bars.interval,
        bars.timezone,
    )
