"""The providers of market data that this installation has, by name."""

from __future__ import annotations

from collections.abc import Mapping

from app.adapters.crypto import make_crypto_providers
from app.adapters.light_providers import make_light_providers
from app.config import Settings
from app.core.clock import Clock
from app.market.calendars import find_bar_close, find_calendar
from app.market.ports import MarketDataProvider


def make_providers(settings: Settings, clock: Clock) -> Mapping[str, MarketDataProvider]:
    """Every provider that is set up. Whoever calls closes them (`aclose`)."""
    light = make_light_providers(settings, clock, find_calendar, find_bar_close)
    return {**light, **make_crypto_providers(settings, clock)}
