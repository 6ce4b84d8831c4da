"""Trades as ccxt's sockets bring them, each told once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Any

from app.market.provider_facts import ProviderUnavailable, Tick

_MOST_WAITING_TICKS = 20_000
# ccxt wakes a watcher once for several trades and now and then not at all: looked after this often.
_LOOK_EVERY_SECONDS = 1.0


async def watch_trades(
    exchange: Any, codes: Sequence[str], started: float, ticks: asyncio.Queue[Tick | None]
) -> None:
    """Put each trade since `started` into the queue. Raises what ccxt raises."""
    last: dict[str, Any] = {}
    while True:
        watching = asyncio.ensure_future(
            exchange.watch_trades(codes[0]) if len(codes) == 1 else exchange.watch_trades_for_symbols(codes)
        )
        try:
            while not watching.done():
                await asyncio.wait([watching], timeout=_LOOK_EVERY_SECONDS)
                if ticks.qsize() > _MOST_WAITING_TICKS:
                    raise ProviderUnavailable("More trades came than were taken.")
                for code in codes:
                    for trade in _find_fresh(exchange.trades.get(code) or (), last.get(code)):
                        last[code] = trade
                        tick = _make_tick(code, trade)
                        # The exchange begins with trades of the past.
                        if tick is not None and tick.at >= started:
                            ticks.put_nowait(tick)
            watching.result()
        finally:
            watching.cancel()


def _find_fresh(trades: Sequence[Mapping[str, Any]], last: Any) -> Sequence[Mapping[str, Any]]:
    """The trades behind `last`, oldest first; all when it is there no more."""
    fresh: list[Mapping[str, Any]] = []
    for trade in reversed(trades):
        if trade is last:
            break
        fresh.append(trade)
    return fresh[::-1]


def _make_tick(code: str, trade: Mapping[str, Any]) -> Tick | None:
    price, at = find_number(trade, "price"), find_number(trade, "timestamp")
    if price is None or at is None:
        return None
    return Tick(code, price, at / 1000, find_number(trade, "amount"))


def find_number(facts: Mapping[str, Any], name: str) -> float | None:
    """A price or an amount, where there is one that can be."""
    value = facts.get(name)
    return float(value) if is_price(value) else None  # type: ignore[arg-type]


def is_price(value: object) -> bool:
    """A finite number above 0."""
    return isinstance(value, int | float) and math.isfinite(value) and value > 0
