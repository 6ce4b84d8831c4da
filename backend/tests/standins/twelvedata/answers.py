"""What the vendor answers, as documents: bars, prices, lists and its errors. No HTTP here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.calendars import find_calendar
from tests.standins.twelvedata.market import (
    COIN,
    CURRENCY,
    ETF,
    LISTINGS,
    STOCK,
    Listing,
    Market,
    price_at,
)
from tests.standins.twelvedata.query import Document, Query, Refused

DEFAULT_SIZE, MAX_SIZE = 30, 5_000
_SATURDAY = 5


def describe(listing: Listing, interval: Interval) -> Document:
    """The head of a series: its form depends on what is traded."""
    head: Document = {"symbol": listing.symbol, "interval": interval.value}
    if listing.type == CURRENCY:
        base, quote = (_CURRENCIES[code] for code in listing.symbol.split("/"))
        return {**head, "currency_base": base, "currency_quote": quote, "type": CURRENCY}
    if listing.type == COIN:
        base = listing.name.partition(" / ")[0]
        return {
            **head,
            "currency_base": base,
            "currency_quote": "US Dollar",
            "exchange": listing.exchange,
            "type": COIN,
        }
    return {
        **head,
        "currency": listing.currency,
        "exchange_timezone": listing.timezone,
        "exchange": listing.exchange,
        "mic_code": listing.mic_code,
        "type": listing.type,
    }


_CURRENCIES = {"EUR": "Euro", "USD": "US Dollar", "GBP": "British Pound", "JPY": "Japanese Yen"}


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that needs no fault and no credits."""

    market: Market

    def time_series(self, query: Query, symbol: str) -> Document:
        """One symbol's bars."""
        listing, interval = query.listing(symbol), query.interval()
        zone = query.zone(listing, interval)
        start, end = query.moment("start_date", zone), query.moment("end_date", zone)
        both = start is not None and end is not None
        size = query.whole("outputsize", MAX_SIZE if both else DEFAULT_SIZE, 1, MAX_SIZE)
        last = int(query.now) if end is None else min(end, int(query.now))
        adjusted = query.get("adjust", "splits").lower() in {"splits", "all"}
        bars = self._newest(listing, interval, start, last, size, query.now, adjusted)
        rows = list(_write_rows(bars, listing, interval, zone, query.places()))
        if listing.type == CURRENCY and interval is Interval.DAY_1:
            rows = _with_saturdays(rows, last)
        rows = rows[-size:]
        if not rows:
            raise Refused(
                400,
                "No data is available on the specified dates. Try setting different start/end dates.",
            )
        closed = bars.time[bars.time + interval.seconds <= query.now]
        query.delivered[symbol] = [int(time) for time in closed[-size:]]
        if query.get("order", "desc").lower() != "asc":
            rows.reverse()
        return {"meta": describe(listing, interval), "values": rows, "status": "ok"}

    def _newest(
        self,
        listing: Listing,
        interval: Interval,
        start: int | None,
        last: int,
        size: int,
        now: float,
        adjusted: bool,
    ) -> Bars:
        """The newest `size` bars: the stretch that is computed grows until there are enough."""
        earliest = self.market.earliest(listing, interval)
        floor = earliest if start is None else max(start, earliest)
        span = size * interval.seconds * 2 + 6 * DAY_SECONDS
        while True:
            first = max(floor, last - span)
            bars = self.market.bars(listing, interval, first, last, now, adjusted)
            if len(bars) >= size or first <= floor:
                return bars.slice(max(0, len(bars) - size), len(bars))
            span *= 3

    def last_price(self, listing: Listing, now: float) -> tuple[float, int]:
        """The last price, and when."""
        bars = self.market.bars(listing, Interval.MIN_1, int(now) - 8 * DAY_SECONDS, int(now), now, True)
        time = int(bars.time[-1])
        if time + 60 > now:
            return price_at(listing, now), int(now)
        return float(bars.close[-1]), time + 60

    def price(self, query: Query, symbol: str) -> Document:
        """The last price."""
        price, _at = self.last_price(query.listing(symbol), query.now)
        return {"price": f"{price:.{query.places()}f}"}

    def quote(self, query: Query, symbol: str) -> Document:
        """The day so far."""
        listing, places = query.listing(symbol), query.places()
        now = query.now
        days = self.market.bars(
            listing, Interval.DAY_1, int(now) - 365 * DAY_SECONDS, int(now), now, adjusted=True
        )
        price, at = self.last_price(listing, now)
        previous = float(days.close[-2])
        high, low = float(days.high.max()), float(days.low.min())

        def show(value: float) -> str:
            return f"{value:.{places}f}"

        document: Document = {"symbol": listing.symbol, "name": listing.name, "exchange": listing.exchange}
        if listing.mic_code:
            document |= {"mic_code": listing.mic_code, "currency": listing.currency}
        if not listing.exchange:
            document.pop("exchange")
        document |= {
            "datetime": _date(int(days.time[-1])),
            "timestamp": _open_of(listing, int(days.time[-1])),
            "last_quote_at": at,
            "open": show(float(days.open[-1])),
            "high": show(float(days.high[-1])),
            "low": show(float(days.low[-1])),
            "close": show(price),
        }
        if listing.has_volume:
            document["volume"] = str(int(days.volume[-1]))
        document |= {
            "previous_close": show(previous),
            "change": show(price - previous),
            "percent_change": show((price / previous - 1) * 100),
        }
        if listing.has_volume:
            document["average_volume"] = str(int(days.volume[-9:].mean()))
        document |= {
            "is_market_open": self.is_open(listing, now),
            "fifty_two_week": {
                "low": show(low),
                "high": show(high),
                "low_change": show(price - low),
                "high_change": show(price - high),
                "low_change_percent": show((price / low - 1) * 100),
                "high_change_percent": show((price / high - 1) * 100),
                "range": f"{low:.6f} - {high:.6f}",
            },
        }
        return document

    @staticmethod
    def is_open(listing: Listing, now: float) -> bool:
        """Whether it is traded now."""
        calendar = find_calendar(listing.calendar)
        assert calendar is not None
        days = calendar.sessions(int(now) - 2 * DAY_SECONDS, int(now) + 2 * DAY_SECONDS)
        trading = (days.opens <= now) & (now < days.closes)
        resting = (days.break_starts <= now) & (now < days.break_ends)
        return bool((trading & ~resting).any())

    def earliest_timestamp(self, query: Query, symbol: str) -> Document:
        """Where the history begins."""
        listing, interval = query.listing(symbol), query.interval()
        first = self.market.earliest(listing, interval)
        if interval.is_intraday:
            shown = datetime.fromtimestamp(first, query.zone(listing, interval)).strftime("%Y-%m-%d %H:%M:%S")
            return {"datetime": shown, "unix_time": first}
        return {"datetime": _date(first), "unix_time": _open_of(listing, first)}

    def splits(self, query: Query, symbol: str) -> Document:
        """The last split, or all of them with range=full."""
        listing = query.listing(symbol)
        found = [
            {
                "date": on.isoformat(),
                "description": f"{new}-for-{old} split",
                "ratio": round(old / new, 5),
                "from_factor": new,
                "to_factor": old,
            }
            for on, new, old in reversed(self.market.splits_of(listing.symbol))
            if datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp() <= query.now
        ]
        if query.get("range", "last") != "full":
            found = found[:1]
        meta = {
            "symbol": listing.symbol,
            "name": listing.name,
            "currency": listing.currency,
            "exchange": listing.exchange,
            "mic_code": listing.mic_code,
            "exchange_timezone": listing.timezone,
        }
        return {"meta": meta, "splits": found}

    def symbol_search(self, query: Query) -> Document:
        """Letters of a symbol or a name; those that begin with them first."""
        wanted = query.get("symbol").upper()
        size = query.whole("outputsize", 30, 1, 120)
        exact = [one for one in LISTINGS if one.symbol == wanted]
        begins = [one for one in LISTINGS if one.symbol.startswith(wanted)]
        holds = [one for one in LISTINGS if wanted in one.name.upper() or wanted in one.symbol]
        found = list(dict.fromkeys([*exact, *begins, *holds])) if wanted else []
        return {"data": [_search_row(one) for one in found[:size]], "status": "ok"}

    def listed(self, path: str, query: Query) -> Document:
        """/stocks, /etfs, /forex_pairs, /cryptocurrencies."""
        kind = {"stocks": STOCK, "etfs": ETF, "forex_pairs": CURRENCY, "cryptocurrencies": COIN}[path]
        wanted = query.get("symbol").upper()
        found = [one for one in LISTINGS if one.type == kind and wanted in ("", one.symbol)]
        rows = [_list_row(one) for one in found]
        return {"data": rows, "count": len(rows), "status": "ok"}

    def exchanges(self, query: Query) -> Document:
        """Where the listings trade."""
        wanted = query.get("code").upper()
        rows = {
            one.mic_code: {
                "title": one.exchange,
                "name": one.exchange,
                "code": one.mic_code,
                "country": one.country,
                "timezone": one.timezone,
            }
            for one in LISTINGS
            if one.mic_code and wanted in ("", one.mic_code)
        }
        return {"data": list(rows.values()), "status": "ok"}

    def market_state(self, query: Query) -> list[Document]:
        """A bare array."""
        wanted = query.get("code").upper()
        seen: dict[str, Document] = {}
        for one in LISTINGS:
            if one.mic_code and wanted in ("", one.mic_code):
                seen[one.mic_code] = {
                    "name": one.exchange,
                    "code": one.mic_code,
                    "country": one.country,
                    "is_market_open": self.is_open(one, query.now),
                    "time_after_open": "00:00:00",
                    "time_to_open": "00:00:00",
                    "time_to_close": "00:00:00",
                }
        return list(seen.values())


def _open_of(listing: Listing, label: int) -> int:
    """When the session of a date opened."""
    calendar = find_calendar(listing.calendar)
    assert calendar is not None
    return int(calendar.sessions(label, label).opens[0])


def _date(label: int) -> str:
    return datetime.fromtimestamp(label, UTC).strftime("%Y-%m-%d")


def _write_rows(
    bars: Bars, listing: Listing, interval: Interval, zone: ZoneInfo, places: int
) -> Iterator[Document]:
    form = "%Y-%m-%d %H:%M:%S" if interval.is_intraday else "%Y-%m-%d"
    columns = (column.tolist() for column in bars.columns())
    for time, opening, high, low, close, volume in zip(bars.time.tolist(), *columns, strict=True):
        row = {"datetime": datetime.fromtimestamp(time, zone).strftime(form)}
        for name, value in (("open", opening), ("high", high), ("low", low), ("close", close)):
            row[name] = f"{value:.{places}f}"
        if listing.has_volume:
            row["volume"] = str(int(volume))
        yield row


def _with_saturdays(rows: list[Document], last: int) -> list[Document]:
    """A flat bar dated on the Saturday after each Friday, as the vendor's currencies have them."""
    found: list[Document] = []
    for row in rows:
        found.append(row)
        day = datetime.strptime(row["datetime"], "%Y-%m-%d").replace(tzinfo=UTC)
        saturday = int(day.timestamp()) + DAY_SECONDS
        if day.weekday() == _SATURDAY - 1 and saturday <= last:
            flat = dict.fromkeys(("open", "high", "low", "close"), row["close"])
            found.append({"datetime": _date(saturday), **flat})
    return found


def _search_row(listing: Listing) -> Document:
    return {
        "symbol": listing.symbol,
        "instrument_name": listing.name,
        "exchange": listing.exchange or "PHYSICAL CURRENCY",
        "mic_code": listing.mic_code,
        "exchange_timezone": listing.timezone,
        "instrument_type": listing.type,
        "country": listing.country,
        "currency": listing.currency,
    }


def _list_row(listing: Listing) -> Document:
    base, _, quote = listing.symbol.partition("/")
    if listing.type == CURRENCY:
        return {
            "symbol": listing.symbol,
            "currency_group": "Major",
            "currency_base": _CURRENCIES[base],
            "currency_quote": _CURRENCIES[quote],
        }
    if listing.type == COIN:
        return {
            "symbol": listing.symbol,
            "available_exchanges": [listing.exchange],
            "currency_base": listing.name.partition(" / ")[0],
            "currency_quote": "US Dollar",
        }
    return {
        "symbol": listing.symbol,
        "name": listing.name,
        "currency": listing.currency,
        "exchange": listing.exchange,
        "mic_code": listing.mic_code,
        "country": listing.country,
        "type": listing.type,
    }
