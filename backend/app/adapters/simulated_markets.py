"""The made-up markets: what they are called and how they move."""

from __future__ import annotations

from collections.abc import Mapping

from app.adapters.simulated_path import MarketCharacter
from app.market.domain import ALWAYS_OPEN, CURRENCY_WEEK, AssetClass
from app.market.provider_facts import ProviderSymbol

EXCHANGE = "Simulated"
_NEW_YORK = "America/New_York"


def _declare(
    character: MarketCharacter, what: str, asset_class: AssetClass, currency: str | None, timezone: str
) -> tuple[ProviderSymbol, MarketCharacter]:
    symbol = ProviderSymbol(
        code=character.symbol,
        symbol=character.symbol,
        name=f"Simulated {what} (made-up prices)",
        asset_class=asset_class,
        exchange=EXCHANGE,
        currency=currency,
        timezone=timezone,
        calendar={AssetClass.CRYPTO: ALWAYS_OPEN, AssetClass.FOREX: CURRENCY_WEEK}.get(asset_class, "XNYS"),
    )
    return symbol, character


MARKETS: Mapping[str, tuple[ProviderSymbol, MarketCharacter]] = {
    symbol.code: (symbol, character)
    for symbol, character in (
        _declare(
            MarketCharacter("SIM-STOCK", 84.0, 2, 0.013, 0.45, 0.3, 0.004, 9_000.0, 2.4),
            "share",
            AssetClass.STOCK,
            "USD",
            _NEW_YORK,
        ),
        _declare(
            MarketCharacter("SIM-THIN", 11.5, 2, 0.024, 0.6, 0.3, 0.35, 160.0, 3.0),
            "thinly traded share",
            AssetClass.STOCK,
            "USD",
            _NEW_YORK,
        ),
        _declare(
            MarketCharacter("SIM-INDEX", 4_100.0, 2, 0.009, 0.4, 0.3, 0.0, None, 2.0),
            "index",
            AssetClass.INDEX,
            None,
            _NEW_YORK,
        ),
        _declare(
            MarketCharacter("SIM-FX", 1.12, 5, 0.0045, 0.0, 0.3, 0.01, None, 0.7),
            "currency pair",
            AssetClass.FOREX,
            "USD",
            "UTC",
        ),
        _declare(
            MarketCharacter("SIM-COIN", 27_500.0, 2, 0.028, 0.0, 1.0, 0.006, 14.0, 1.0),
            "coin",
            AssetClass.CRYPTO,
            "USD",
            "UTC",
        ),
    )
}
"""Every made-up market by its code."""
