"""Twelve Data's answers, read strictly: what they mean, or which of the port's errors they are. No I/O.

What is decided here:

- A page with a value that is no price (unreadable, not finite, zero or less, high < low, a negative volume)
  or with a time that is none is rubbish as a whole: ProviderUnavailable, so that it is asked for again.
  Dropping the bar would leave a hole that looks like the vendor's.
- Of bars with one time the last in the answer wins.
- A currency's daily bar dated on a Saturday or Sunday, and its bars between Friday 17:00 and Sunday 17:00 in
  New York, lie outside every session of the currency week: they are left out. A currency's week that is dated
  on a weekend is the week that begins then.
- A bar whose end lies in the future is forming: left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from app.engine.bar_labels import month_labels, week_labels
from app.engine.bars import Bars, Column, Times, Truth
from app.engine.intervals import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, Interval
from app.engine.local_time import find_utc_offsets
from app.market.columns import make_bars
from app.market.domain import CURRENCY_WEEK, Split
from app.market.provider_facts import (
    BarsPage,
    ProviderBusy,
    ProviderError,
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderQuotaExhausted,
    ProviderQuote,
    ProviderSymbol,
    ProviderSymbolUnknown,
    ProviderUnavailable,
)

# When the bar of a calendar and interval at a time is closed (unix s); None where the calendar does not say.
BarClose: TypeAlias = Callable[[str | None, Interval, int], int | None]
Document: TypeAlias = Mapping[str, Any]

NO_DATA = "no data is available on the specified dates"
_FRIDAY, _SUNDAY = 4, 6
_CURRENCY_ZONE, _CURRENCY_SHIFT_SECONDS = "America/New_York", 7 * HOUR_SECONDS
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, Monday being 0
_MAX_DETAIL_CHARS = 300
# What the vendor calls a symbol that it does not have, in its messages of 400 and 404.
_UNKNOWN_SYMBOL = ("symbol", "figi")


def read_json(body: bytes) -> Any:
    """The document of a body. NaN and Infinity are no JSON. Raises ProviderUnavailable."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProviderUnavailable("Twelve Data answered with something that is no JSON.") from error


def find_error(document: object, http_status: int, now: datetime) -> ProviderError | None:
    """The failure that an answer tells of, or None. The body decides, whatever the HTTP status."""
    if isinstance(document, Mapping) and document.get("status") == "error":
        code = document.get("code")
        return _name_error(
            code if isinstance(code, int) else http_status, str(document.get("message", "")), now
        )
    if http_status >= 400:
        return _name_error(http_status, "", now)
    return None


def _name_error(code: int, message: str, now: datetime) -> ProviderError:
    said, told = message.lower(), message[:_MAX_DETAIL_CHARS]
    if code == 429:
        if "for the day" in said:
            midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
            return ProviderQuotaExhausted("The day's credits at Twelve Data are spent.", midnight)
        next_minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return ProviderBusy("The minute's credits at Twelve Data are spent.", next_minute)
    if code in {403, 404} and "available starting with" in said:
        return ProviderPlanLacks(f"The plan of the Twelve Data key lacks this: {told}")
    if code == 401:
        return ProviderKeyRefused("Twelve Data refuses the key: check TWELVEDATA_API_KEY.")
    if code == 403:
        return ProviderKeyRefused(f"Twelve Data does not allow this to the key: {told}")
    if code == 404 or (code == 400 and any(word in said for word in _UNKNOWN_SYMBOL)):
        return ProviderSymbolUnknown(f"Twelve Data does not know this symbol. {told}".strip())
    if code >= 500 or code in {408, 425}:
        return ProviderUnavailable(f"Twelve Data has a fault of its own ({code}).")
    return ProviderError(f"Twelve Data refused the request ({code}). {told}".strip())


def _as_mapping(document: object) -> Document:
    if not isinstance(document, Mapping):
        raise TypeError("no object")
    return document


def is_no_data(document: object) -> bool:
    """True for the error that only says that there is nothing in a stretch."""
    return (
        isinstance(document, Mapping)
        and document.get("status") == "error"
        and NO_DATA in str(document.get("message", "")).lower()
    )


def read_bars(
    document: object,
    symbol: ProviderSymbol,
    interval: Interval,
    start: int,
    end: int,
    *,
    page_size: int,
    now: float,
    bar_close: BarClose | None = None,
) -> BarsPage:
    """Bars with start ≤ time < end of a `/time_series` answer in any order. Raises ProviderUnavailable."""
    rows = _get_rows(document, symbol, interval)
    try:
        times = _read_times([row["datetime"] for row in rows], interval)
        prices = [_read_numbers([row[name] for row in rows]) for name in ("open", "high", "low", "close")]
        volume = _read_volumes([row.get("volume") for row in rows])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderUnavailable("Twelve Data sent bars that cannot be read.") from error
    _refuse_rubbish(times, prices, volume)
    oldest = int(times.min()) if len(times) else start
    times, kept = _place_on_calendar(times, symbol, interval)
    kept &= (times >= start) & (times < end)
    chosen = _choose_last(times, kept)
    columns = [column[chosen] for column in (*prices, volume)]
    bars = make_bars(times[chosen], columns, interval, symbol.timezone)
    bars = bars.head(_count_closed(bars, symbol, now, bar_close))
    covered_from = start
    if len(rows) >= page_size:
        covered_from = max(start, oldest)
        if covered_from >= end:
            raise ProviderUnavailable("Twelve Data sent bars of another stretch than was asked for.")
    return BarsPage(bars, covered_from)


def _get_rows(document: object, symbol: ProviderSymbol, interval: Interval) -> Sequence[Mapping[str, Any]]:
    if not isinstance(document, Mapping) or not isinstance(document.get("values"), list):
        raise ProviderUnavailable("Twelve Data answered without bars.")
    meta = document.get("meta")
    if isinstance(meta, Mapping):
        named, length = meta.get("symbol", symbol.code), meta.get("interval", interval.value)
        if str(named).upper() != symbol.code.upper() or length != interval.value:
            raise ProviderUnavailable("Twelve Data answered with the bars of something else.")
    rows: list[Mapping[str, Any]] = document["values"]
    return rows


def _read_times(texts: Sequence[str], interval: Interval) -> Times:
    length = 19 if interval.is_intraday else 10
    if any(len(text) != length for text in texts):
        raise ValueError("not the form of this interval's dates")
    times: Times = np.array(texts, dtype="datetime64[s]").astype(np.int64).reshape(-1)
    if np.any(times % MINUTE_SECONDS):
        raise ValueError("a time between minutes")
    return times


def _read_numbers(values: Sequence[str | float]) -> Column:
    if any(isinstance(value, bool) or not isinstance(value, str | int | float) for value in values):
        raise TypeError("neither a number nor its text")
    return np.array([float(value) for value in values], dtype=np.float64)


def _read_volumes(values: Sequence[str | float | None]) -> Column:
    """NaN where there is none: the vendor has none for currencies and coins."""
    absent = np.array([value is None or value == "" for value in values], dtype=np.bool_)
    volumes = _read_numbers([0.0 if value is None or value == "" else value for value in values])
    if np.any(~np.isfinite(volumes) | (volumes < 0)):
        raise ValueError("no volume")
    volumes[absent] = np.nan
    return volumes


def _refuse_rubbish(times: Times, prices: Sequence[Column], volume: Column) -> None:
    _opening, high, low, _close = prices
    good = np.ones(len(times), dtype=np.bool_)
    for column in prices:
        good &= np.isfinite(column) & (column > 0)
    good &= high >= low
    if not good.all():
        raise ProviderUnavailable(
            f"Twelve Data sent {int(np.count_nonzero(~good))} bars with values that are no prices."
        )


def _place_on_calendar(times: Times, symbol: ProviderSymbol, interval: Interval) -> tuple[Times, Truth]:
    """The product's labels, and which bars lie in a session at all."""
    kept = np.ones(len(times), dtype=np.bool_)
    is_currency = symbol.calendar == CURRENCY_WEEK
    if interval is Interval.WEEK_1:
        shifted = times + np.where(_weekdays(times) > _FRIDAY, 2 * DAY_SECONDS, 0) if is_currency else times
        return week_labels(shifted), kept
    if interval is Interval.MONTH_1:
        return month_labels(times), kept
    if is_currency:
        days = times
        if interval.is_intraday:
            days = times + find_utc_offsets(times, _CURRENCY_ZONE) + _CURRENCY_SHIFT_SECONDS
        kept = _weekdays(days) <= _FRIDAY
    return times, kept


def _weekdays(times: Times) -> Times:
    """0 (Monday) to 6."""
    weekdays: Times = (times // DAY_SECONDS + _EPOCH_WEEKDAY) % 7
    return weekdays


def _choose_last(times: Times, kept: Truth) -> Times:
    """Places of the bars to take, in the order of their times: of one time the last one."""
    places = np.flatnonzero(kept)
    order = places[np.argsort(times[places], kind="stable")]
    if len(order) == 0:
        return order
    ordered = times[order]
    last: Times = order[np.append(ordered[1:] != ordered[:-1], True)]
    return last


def _count_closed(bars: Bars, symbol: ProviderSymbol, now: float, bar_close: BarClose | None) -> int:
    """How many bars are over. Without a calendar's word: within the day by their length, else by date."""
    count = len(bars)
    while count:
        time = int(bars.time[count - 1])
        closes_at = bar_close(symbol.calendar, bars.interval, time) if bar_close is not None else None
        if closes_at is None:
            closes_at = _end_by_clock(time, bars.interval, symbol)
        if closes_at <= now:
            break
        count -= 1
    return count


def _end_by_clock(time: int, interval: Interval, symbol: ProviderSymbol) -> int:
    """When a bar is over at the latest. A currency's date ends in New York's evening, before 00:00 UTC."""
    if interval.is_intraday:
        return time + interval.seconds
    following = datetime.fromtimestamp(time, UTC).date() + timedelta(days=1)
    if interval is Interval.WEEK_1:
        following += timedelta(days=6)
    elif interval is Interval.MONTH_1:
        following = (following + timedelta(days=31)).replace(day=1)
    return int(datetime.combine(following, datetime.min.time(), ZoneInfo(symbol.timezone)).timestamp())


def read_earliest(document: object, interval: Interval) -> int:
    """The time of the first bar from `/earliest_timestamp`. Raises ProviderUnavailable."""
    try:
        told = _as_mapping(document)
        if interval.is_intraday:
            return int(told["unix_time"])
        text = str(told["datetime"])
        first = np.array([text[:10]], dtype="datetime64[s]").astype(np.int64)
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable("Twelve Data told a first time that cannot be read.") from error
    if interval is Interval.WEEK_1:
        first = week_labels(first)
    elif interval is Interval.MONTH_1:
        first = month_labels(first)
    return int(first[0])


def read_splits(document: object) -> tuple[Split, ...]:
    """Splits, oldest first. The vendor's ratio is old shares for one new: ours is the other way round.

    Raises ProviderUnavailable.
    """
    splits: dict[date, Split] = {}
    try:
        for row in _as_mapping(document)["splits"]:
            on = date.fromisoformat(row["date"])
            new, old = float(row.get("from_factor") or 0), float(row.get("to_factor") or 0)
            ratio = new / old if new > 0 and old > 0 else 1 / float(row["ratio"])
            if not (np.isfinite(ratio) and ratio > 0):
                raise ValueError("no ratio")
            if ratio != 1:
                splits[on] = Split(on, ratio)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        raise ProviderUnavailable("Twelve Data sent splits that cannot be read.") from error
    return tuple(sorted(splits.values(), key=lambda split: split.date))


def read_quote(document: object, code: str) -> ProviderQuote:
    """One symbol of `/quote`. Raises ProviderUnavailable."""
    try:
        told = _as_mapping(document)
        price = _read_numbers([told["close"]])[0]
        stamp = told.get("last_quote_at") or told["timestamp"]
        at = datetime.fromtimestamp(float(stamp), UTC)
        previous, volume = (_read_optional(told.get(name)) for name in ("previous_close", "volume"))
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise ProviderUnavailable("Twelve Data sent a quote that cannot be read.") from error
    if not (np.isfinite(price) and price > 0):
        raise ProviderUnavailable("Twelve Data sent a quote whose price is none.")
    is_open = told.get("is_market_open")
    return ProviderQuote(
        code, float(price), at, volume, previous, is_open if isinstance(is_open, bool) else None
    )


def _read_optional(value: str | float | None) -> float | None:
    if value is None or value == "":
        return None
    number = float(value)
    return number if np.isfinite(number) and number >= 0 else None
