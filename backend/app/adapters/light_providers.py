"""The providers that are light enough for the API process, as the settings have them; and why others lack."""

from __future__ import annotations

from collections.abc import Mapping

from app.adapters import simulated, twelvedata
from app.adapters.simulated import FindSessions, SimulatedProvider
from app.adapters.twelvedata import TwelveDataProvider
from app.adapters.twelvedata_answers import BarClose
from app.config import Settings
from app.core.clock import Clock
from app.market.ports import MarketDataProvider

CRYPTO = "crypto"


def make_light_providers(
    settings: Settings,
    clock: Clock,
    find_sessions: FindSessions | None = None,
    bar_close: BarClose | None = None,
) -> dict[str, MarketDataProvider]:
    """Twelve Data with a key, and the simulated markets. Whoever calls closes them (`aclose`).

    `find_sessions`, `bar_close`: the calendars, which only workers have; without them, only search.
    """
    providers: dict[str, MarketDataProvider] = {}
    if settings.twelvedata_api_key is not None:
        providers[twelvedata.NAME] = TwelveDataProvider.from_settings(settings, clock, bar_close)
    if settings.simulated_feed:
        providers[simulated.NAME] = SimulatedProvider(
            settings.simulated_seed, clock, find_sessions, settings.simulated_speed
        )
    return providers


def list_provider_problems(settings: Settings) -> Mapping[str, str]:
    """The providers that are not set up, with what to set."""
    problems: dict[str, str] = {}
    if settings.twelvedata_api_key is None:
        problems[twelvedata.NAME] = (
            "Set TWELVEDATA_API_KEY to a key of twelvedata.com (there is a free plan)."
        )
    if not settings.crypto_exchanges:
        problems[CRYPTO] = "Set CRYPTO_EXCHANGES to one or more exchanges, such as kraken: no key is needed."
    if not settings.simulated_feed:
        problems[simulated.NAME] = "Set SIMULATED_FEED=true for made-up markets that need no network."
    return problems
