"""The providers of market data that this installation has, by name."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from app.adapters.crypto import CryptoProvider
from app.adapters.light_providers import make_light_providers
from app.config import Settings
from app.core.clock import Clock
from app.market.calendars import find_bar_close, find_calendar
from app.market.ports import MarketDataProvider

log = structlog.get_logger(__name__)


def make_providers(settings: Settings, clock: Clock) -> Mapping[str, MarketDataProvider]:
    """Every provider that is set up. Whoever calls closes them (`aclose`)."""
    providers = make_light_providers(settings, clock, find_calendar, find_bar_close)
    for exchange in settings.crypto_exchanges:
        try:
            providers[exchange] = CryptoProvider(exchange, clock, settings.crypto_base_url)
        except Exception:  # a name that is no exchange must not keep the others away
            log.exception("exchange_not_loaded", exchange=exchange)
    return providers
