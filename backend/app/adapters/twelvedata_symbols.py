"""Twelve Data's symbols in the product's words: spelling, asset class, calendar, time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.market.domain import ALWAYS_OPEN, CURRENCY_WEEK, EXCHANGE_CALENDARS, SYMBOL_PATTERN, AssetClass
from app.market.provider_facts import ProviderSymbol

_SYMBOL = re.compile(SYMBOL_PATTERN)
_NOT_IN_SYMBOLS = re.compile(r"[^A-Z0-9._/^-]+")
_AMERICAN_CALENDAR = "XNYS"
# Places whose tickers stand alone. Elsewhere the product's symbol carries the place: AAPL.XWBO is not AAPL.
# fmt: off
AMERICAN_PLACES = frozenset((
    "XNYS", "XNAS", "XNGS", "XNMS", "XNCM", "ARCX", "XASE", "BATS", "XCBO", "IEXG", "XBOS", "XPHL", "XCHI",
    "MEMX", "OTCM", "OTCB", "OTCQ", "OTCX", "PINX", "PINC", "PSGM", "EXPM", "OOTC", "XOTC",
))
# fmt: on
# Places that keep the hours of a neighbour whose calendar is known.
_KEEPS_HOURS_OF = {
    **dict.fromkeys(AMERICAN_PLACES, _AMERICAN_CALENDAR),
    "XNSE": "XBOM",
    "XSHE": "XSHG",
    "XKOS": "XKRX",
    "XKON": "XKRX",
    "XJPX": "XTKS",
    "XTKO": "XTKS",
    "NEOE": "XTSE",
    "XTSX": "XTSE",
    "XTNX": "XTSE",
    "XCNQ": "XTSE",
    "XSAT": "XSTO",
    "FNSE": "XSTO",
    "FNDK": "XCSE",
    "FNFI": "XHEL",
    "MERK": "XOSL",
    "AIMX": "XLON",
    "MTAA": "XMIL",
    "ALXP": "XPAR",
    "XGAT": "XETR",
    "MISX": "XMOS",
    "XVTX": "XSWX",
    "BIVA": "XMEX",
    "XNGO": "XTKS",
}
_ASSET_CLASSES = {
    "common stock": AssetClass.STOCK,
    "preferred stock": AssetClass.STOCK,
    "depositary receipt": AssetClass.STOCK,
    "american depositary receipt": AssetClass.STOCK,
    "global depositary receipt": AssetClass.STOCK,
    "reit": AssetClass.STOCK,
    "etf": AssetClass.ETF,
    "exchange-traded note": AssetClass.ETF,
    "index": AssetClass.INDEX,
    "physical currency": AssetClass.FOREX,
    "digital currency": AssetClass.CRYPTO,
    "commodity": AssetClass.COMMODITY,
    "precious metal": AssetClass.COMMODITY,
}


def find_calendar_name(asset_class: AssetClass, mic_code: str | None) -> str | None:
    """The calendar by which bars are judged; None for a place that nobody here knows: better no check than
    a wrong one.
    """
    if asset_class in {AssetClass.FOREX, AssetClass.CRYPTO}:
        return CURRENCY_WEEK if asset_class is AssetClass.FOREX else ALWAYS_OPEN
    if mic_code is None:
        return None
    return mic_code if mic_code in EXCHANGE_CALENDARS else _KEEPS_HOURS_OF.get(mic_code)


def make_symbol(row: Mapping[str, Any]) -> ProviderSymbol | None:
    """A row of `/symbol_search` or of a list; None where it cannot be spelled here."""
    code = str(row.get("symbol") or "").strip()
    mic_code = str(row.get("mic_code") or "").strip().upper() or None
    kind = str(row.get("instrument_type") or row.get("type") or "").strip().lower()
    asset_class = _ASSET_CLASSES.get(kind, AssetClass.OTHER)
    is_pair = asset_class in {AssetClass.FOREX, AssetClass.CRYPTO}
    spelled = _NOT_IN_SYMBOLS.sub("-", code.upper())
    if not is_pair and mic_code is not None and mic_code not in AMERICAN_PLACES:
        spelled = f"{spelled}.{mic_code}"
    if not code or not _SYMBOL.fullmatch(spelled):
        return None
    quoted = code.upper().partition("/")[2] if is_pair else ""
    return ProviderSymbol(
        code=code,
        symbol=spelled,
        name=str(row.get("instrument_name") or row.get("name") or code).strip()[:200],
        asset_class=asset_class,
        # A currency pair trades nowhere in particular, whatever the search says.
        exchange=None if asset_class is AssetClass.FOREX else _read_text(row.get("exchange")),
        mic_code=None if is_pair else mic_code,
        currency=_read_currency(quoted or row.get("currency")),
        timezone="UTC" if is_pair else _read_timezone(row.get("exchange_timezone") or row.get("timezone")),
        calendar=find_calendar_name(asset_class, mic_code),
        country=_read_text(row.get("country")),
    )


def _read_text(value: object) -> str | None:
    return str(value).strip()[:100] or None if isinstance(value, str) else None


def _read_currency(value: object) -> str | None:
    text = _read_text(value)
    return text if text is not None and re.fullmatch(r"[A-Za-z0-9]{2,10}", text) else None


def _read_timezone(value: object) -> str:
    name = _read_text(value) or "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name
