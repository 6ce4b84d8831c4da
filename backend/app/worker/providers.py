"""The providers of market data that this installation has, by name."""

from __future__ import annotations

from collections.abc import Mapping

from app.config import Settings
from app.core.clock import Clock
from app.market.ports import MarketDataProvider


def make_providers(settings: Settings, clock: Clock) -> Mapping[str, MarketDataProvider]:
    """Every provider that is set up. Whoever calls closes them (`aclose`)."""
    return {}
