"""A run that takes seconds, for tests that must catch it under way: many averages of many minutes."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.core.database import Databases
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import repository
from app.market.bar_store import merge_into_series, raw_connection
from app.market.domain import AssetClass, ImportForm, Scope

SYMBOL = "LONG"
AVERAGES = 120
RULE = "enter_long = close > ({}) / {}\nexit_long = close < sma(close, 9)\n".format(
    " + ".join(f"wma(close, {window})" for window in range(2, 2 + AVERAGES)), AVERAGES
)


async def store_long_instrument(databases: Databases, bars: int = 1_000_000) -> None:
    """Minutes of a random walk, as an instrument that everybody reads."""
    random = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.0005, bars)))
    open_ = np.concatenate(([100.0], close[:-1]))
    made = Bars(
        time=1_500_000_000 // 60 * 60 + 60 * np.arange(bars, dtype=np.int64),
        open=open_,
        high=np.maximum(open_, close),
        low=np.minimum(open_, close),
        close=close,
        volume=np.full(bars, 1_000.0),
        interval=Interval.MIN_1,
    )
    form = ImportForm(
        symbol=SYMBOL, interval=Interval.MIN_1, asset_class=AssetClass.CRYPTO, scope=Scope.INSTALLATION
    )
    async with databases.main.session() as session:
        instrument = await repository.ensure_instrument(session, None, form)
        await merge_into_series(await raw_connection(session), instrument.id, made)


def ask_for_long_run() -> dict[str, Any]:
    """What to ask for."""
    return {"source": RULE, "symbol": SYMBOL, "interval": "1min", "commission_bps": 0}
