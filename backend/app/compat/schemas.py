"""The documents of the façade, in Twelve Data's shapes: prices as text, times as the vendor writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from app.compat.domain import AS_STORED, Asked
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.domain import AssetClass

Document = dict[str, Any]
_PRICES = ("open", "high", "low", "close")


def write_price(value: float, places: int) -> str:
    """A price with so many decimals."""
    return repr(value) if places == AS_STORED else f"{value:.{places}f}"


def write_volume(value: float) -> str:
    """Whole where it is whole."""
    return str(int(value)) if value == int(value) else repr(value)


def write_time(time: int, interval: Interval, zone: ZoneInfo) -> str:
    """The open of a bar in a zone; from 1day on its date."""
    if not interval.is_intraday:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")
    return datetime.fromtimestamp(time, zone).strftime("%Y-%m-%d %H:%M:%S")


def write_rows(bars: Bars, zone: ZoneInfo, places: int) -> list[Document]:
    """Bars in their order. A bar that has no volume has no field of it."""
    columns = [column.tolist() for column in bars.columns()]
    rows = []
    for time, *prices, volume in zip(bars.time.tolist(), *columns, strict=True):
        row = {"datetime": write_time(time, bars.interval, zone)}
        row.update((name, write_price(value, places)) for name, value in zip(_PRICES, prices, strict=True))
        if volume == volume:
            row["volume"] = write_volume(volume)
        rows.append(row)
    return rows


def write_meta(asked: Asked, interval: Interval) -> Document:
    """The head of a series: its form depends on what is traded."""
    head: Document = {"symbol": asked.code, "interval": interval.value}
    if asked.is_pair:
        base, quote = _name_sides(asked)
        head |= {"currency_base": base, "currency_quote": quote}
        if asked.instrument.asset_class is AssetClass.CRYPTO:
            head["exchange"] = asked.exchange
        return {**head, "type": asked.type}
    return {
        **head,
        "currency": asked.instrument.currency or "",
        "exchange_timezone": asked.instrument.timezone,
        "exchange": asked.exchange,
        "mic_code": asked.mic_code,
        "type": asked.type,
    }


def _name_sides(asked: Asked) -> tuple[str, str]:
    """The two sides of a pair, by name where the instrument's name has both."""
    base, parted, quote = asked.instrument.name.partition(" / ")
    if not parted:
        base, _, quote = asked.instrument.symbol.partition("/")
    return base, quote


def write_series(asked: Asked, rows: Sequence[Document], interval: Interval) -> Document:
    """`/time_series` of one symbol."""
    return {"meta": write_meta(asked, interval), "values": list(rows), "status": "ok"}


def write_csv(rows: Sequence[Mapping[str, str]], delimiter: str) -> str:
    """The same rows as CSV."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [delimiter.join(names)]
    lines += (delimiter.join(row.get(name, "") for name in names) for row in rows)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, eq=False)
class QuoteFacts:
    """What a quote tells. `bars`: the newest of the interval, oldest first; `year`: days of the last year.

    `opened_at`, `quoted_at`: of the last bar, unix s. `volume_bars`: over how many the average is.
    """

    bars: Bars
    year: Bars
    opened_at: int
    quoted_at: int
    is_market_open: bool
    volume_bars: int


def write_quote(asked: Asked, facts: QuoteFacts, zone: ZoneInfo, places: int) -> Document:
    """`/quote` of one symbol."""
    bars = facts.bars

    def show(value: float) -> str:
        return write_price(value, places)

    price = float(bars.close[-1])
    document: Document = {"symbol": asked.code, "name": asked.instrument.name}
    if not asked.is_pair:
        document |= {
            "exchange": asked.exchange,
            "mic_code": asked.mic_code,
            "currency": asked.instrument.currency or "",
        }
    elif asked.exchange:
        document["exchange"] = asked.exchange
    document |= {
        "datetime": write_time(int(bars.time[-1]), bars.interval, zone),
        "timestamp": facts.opened_at,
        "last_quote_at": facts.quoted_at,
        "open": show(float(bars.open[-1])),
        "high": show(float(bars.high[-1])),
        "low": show(float(bars.low[-1])),
        "close": show(price),
    }
    volumes = bars.volume[-facts.volume_bars :]
    if np.isfinite(bars.volume[-1]):
        document["volume"] = write_volume(float(bars.volume[-1]))
    if len(bars) > 1:
        previous = float(bars.close[-2])
        document |= {
            "previous_close": show(previous),
            "change": show(price - previous),
            "percent_change": show((price / previous - 1) * 100),
        }
    if np.isfinite(volumes).all():
        document["average_volume"] = str(int(volumes.mean()))
    document["is_market_open"] = facts.is_market_open
    if len(facts.year):
        document["fifty_two_week"] = _write_year(facts.year, price, places)
    return document


def _write_year(year: Bars, price: float, places: int) -> Document:
    low, high = float(year.low.min()), float(year.high.max())

    def show(value: float) -> str:
        return write_price(value, places)

    return {
        "low": show(low),
        "high": show(high),
        "low_change": show(price - low),
        "high_change": show(price - high),
        "low_change_percent": show((price / low - 1) * 100),
        "high_change_percent": show((price / high - 1) * 100),
        "range": f"{low:.6f} - {high:.6f}",
    }


def write_search_row(asked: Asked) -> Document:
    """A row of `/symbol_search`."""
    is_currency = asked.instrument.asset_class is AssetClass.FOREX
    return {
        "symbol": asked.code,
        "instrument_name": asked.instrument.name,
        "exchange": "PHYSICAL CURRENCY" if is_currency else asked.exchange,
        "mic_code": asked.mic_code,
        "exchange_timezone": "" if asked.is_pair else asked.instrument.timezone,
        "instrument_type": asked.type,
        "country": (asked.link.country if asked.link else None) or "",
        "currency": asked.instrument.currency or "",
    }


def write_exchanges(found: Sequence[Asked]) -> list[Document]:
    """`/exchanges`: the places of what is stored, in the order of their codes."""
    places: dict[str, Document] = {}
    for asked in found:
        if asked.mic_code:
            places[asked.mic_code] = {
                "title": asked.exchange,
                "name": asked.exchange,
                "code": asked.mic_code,
                "country": (asked.link.country if asked.link else None) or "",
                "timezone": asked.instrument.timezone,
            }
    return [places[code] for code in sorted(places)]
