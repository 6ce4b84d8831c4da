"""The last price of an instrument, its change since the session before, and how fresh that is. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

MAX_QUOTES = 200
# Where the feed leaves the last quote of an instrument for whoever asks over REST.
KEY_PREFIX = "quote:"
KEPT_SECONDS = 7 * 86_400
# The feed says every few seconds that it still stands by a quote; one that it left alone is old.
RENEW_SECONDS = 10.0
FORGOTTEN_SECONDS = 35.0
STORED = "stored"


class QuoteState(StrEnum):
    """What a price is worth. `stale`: there should be a newer one. `closed`: the market is closed, and it is
    the last one of its latest session (of stored bars; a feed says `market_open`).
    """

    LIVE = "live"
    DELAYED = "delayed"
    SIMULATED = "simulated"
    STALE = "stale"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Quote:
    """A last price. `previous_close`: of the session before, as if split as today. `volume`: the day's.

    `source`: the provider's name, or `stored`. `market_open` is None where nothing says it.
    """

    instrument_id: UUID
    price: float
    at: datetime
    previous_close: float | None
    volume: float | None
    state: QuoteState
    source: str
    market_open: bool | None

    @property
    def change(self) -> float | None:
        """Since the previous close."""
        return None if self.previous_close is None else self.price - self.previous_close

    @property
    def change_percent(self) -> float | None:
        """The same as a fraction."""
        if not self.previous_close:
            return None
        change = self.price / self.previous_close - 1.0
        return change if math.isfinite(change) else None


def write_quote(quote: Quote) -> dict[str, Any]:
    """The data of a message of the topic `quotes:<instrument id>`."""
    return {
        "instrument_id": str(quote.instrument_id),
        "price": quote.price,
        "at": write_instant(quote.at),
        "change": quote.change,
        "change_percent": quote.change_percent,
        "volume": quote.volume,
        "previous_close": quote.previous_close,
        "state": quote.state.value,
        "source": quote.source,
        "market_open": quote.market_open,
    }


def write_instant(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_kept_quote(quote: Quote, now: float, changes_at: float | None) -> dict[str, Any]:
    """What is left for REST: with the instant (unix s) at which the feed stood by it, and the one at which
    the market opens or closes next.
    """
    return {**write_quote(quote), "kept_at": now, "changes_at": changes_at}


def read_kept_quote(kept: Mapping[str, Any], now: float) -> Quote:
    """A quote that the feed left. While the market trades, or may trade by now, one that nobody stands by any
    more is stale. Raises KeyError, TypeError, ValueError for what is no such thing.
    """
    state, market_open = QuoteState(kept["state"]), kept["market_open"]
    changes_at = kept["changes_at"]
    if now - float(kept["kept_at"]) > FORGOTTEN_SECONDS:
        if changes_at is not None and now >= float(changes_at):
            market_open = None
        if market_open is not False:
            state = QuoteState.STALE
    return Quote(
        UUID(kept["instrument_id"]),
        float(kept["price"]),
        datetime.fromisoformat(kept["at"]),
        kept["previous_close"],
        kept["volume"],
        state,
        str(kept["source"]),
        market_open,
    )


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The last price of a day (its label, unix s), and when that day's trading ended or was last heard of."""

    day: int
    price: float
    at: datetime


def quote_of_stored(
    instrument_id: UUID, days: Sequence[DayEnd], *, last_session: int | None, market_open: bool | None
) -> Quote | None:
    """What stored bars say of the last price; None without any. `last_session`: the label of the newest
    session that has begun, None where nobody knows.
    """
    if not days:
        return None
    last = days[-1]
    is_of_last_session = last_session is not None and last.day >= last_session
    is_over = market_open is False and is_of_last_session
    return Quote(
        instrument_id,
        last.price,
        last.at,
        days[-2].price if len(days) > 1 else None,
        None,
        QuoteState.CLOSED if is_over else QuoteState.STALE,
        STORED,
        market_open,
    )
