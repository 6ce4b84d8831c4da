"""Markets of a crypto exchange, as ccxt tells them, as symbols of the product. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.market.domain import ALWAYS_OPEN, SYMBOL_PATTERN, AssetClass
from app.market.provider_facts import ProviderSymbol

_SYMBOL = re.compile(SYMBOL_PATTERN)
# What people type, where exchanges tell codes alone.
_COINS = {
    "BTC": "Bitcoin",
    "ETH": "Ethereum",
    "SOL": "Solana",
    "XRP": "XRP Ripple",
    "ADA": "Cardano",
    "DOGE": "Dogecoin",
    "DOT": "Polkadot",
    "LTC": "Litecoin",
    "BCH": "Bitcoin Cash",
    "LINK": "Chainlink",
    "AVAX": "Avalanche",
    "XLM": "Stellar",
    "XMR": "Monero",
    "TRX": "Tron",
    "ATOM": "Cosmos",
    "UNI": "Uniswap",
    "ETC": "Ethereum Classic",
    "BNB": "BNB",
    "USDT": "Tether",
    "USDC": "USD Coin",
}
_LONGEST_CURRENCY = 10  # as instruments hold it
_OTHER_CODES = {"XBT": "BTC", "XDG": "DOGE"}
_USUAL_QUOTES = ("USD", "USDT", "USDC", "EUR")


def make_symbol(market: Mapping[str, Any], exchange: str) -> ProviderSymbol | None:
    """A spot market that is open, or None for anything else and for what cannot be spelled as a symbol."""
    code, base, quote = (str(market.get(name) or "") for name in ("symbol", "base", "quote"))
    symbol = code.upper()
    if not market.get("spot") or market.get("active") is False or not _SYMBOL.fullmatch(symbol):
        return None
    if len(quote) > _LONGEST_CURRENCY:
        return None
    coin = _COINS.get(base, base)
    return ProviderSymbol(
        code=code,
        symbol=symbol,
        name=f"{coin} in {quote} on {exchange}",
        asset_class=AssetClass.CRYPTO,
        exchange=exchange,
        currency=quote,
        timezone="UTC",
        calendar=ALWAYS_OPEN,
    )


def find_symbols(
    markets: Mapping[str, Mapping[str, Any]], query: str, limit: int, exchange: str
) -> Sequence[ProviderSymbol]:
    """The markets that fit some letters, the best first: BTC, btcusd, btc-usd, XBT/USD, bitcoin. An empty
    query: all of them.
    """
    is_all = query.strip() == ""
    wanted = re.sub(r"[^A-Z0-9]", "", query.upper())
    for other, usual in _OTHER_CODES.items():
        if wanted.startswith(other):
            wanted = usual + wanted.removeprefix(other)
    found: list[tuple[tuple[int, int, int, str], ProviderSymbol]] = []
    for market in markets.values():
        symbol = make_symbol(market, exchange)
        rank = None if symbol is None or not (wanted or is_all) else _rank(market, wanted)
        if symbol is not None and rank is not None:
            quote = str(market["quote"])
            usual_quote = _USUAL_QUOTES.index(quote) if quote in _USUAL_QUOTES else len(_USUAL_QUOTES)
            found.append(((rank, usual_quote, len(symbol.symbol), symbol.symbol), symbol))
    found.sort(key=lambda each: each[0])
    return [symbol for _, symbol in found[:limit]]


def _rank(market: Mapping[str, Any], wanted: str) -> int | None:
    base, quote = str(market["base"]).upper(), str(market["quote"]).upper()
    name = _COINS.get(base, base).upper().replace(" ", "")
    if wanted in (base + quote, base, name):
        return 0
    if (base + quote).startswith(wanted) or name.startswith(wanted):
        return 1
    return 2 if wanted in base + quote or wanted in name else None
