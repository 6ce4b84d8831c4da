"""The answer about last prices."""

from __future__ import annotations

import datetime as dt
from typing import Self
from uuid import UUID

from app.core.fields import ReadModel
from app.live.quote_facts import Quote, QuoteState


class QuoteRead(ReadModel):
    """The last price of an instrument, with the fields of a message of the channel `quotes:<id>`.

    `change` is against the close of the session before, as if split as today; `change_percent` is a fraction.
    `state` is `stale` where there should be a newer price, and `closed` for the last stored price of a market
    that is closed. `source`: the provider's name, or `stored`. `market_open` is null where nothing says it.
    """

    instrument_id: UUID
    price: float
    at: dt.datetime
    change: float | None
    change_percent: float | None
    volume: float | None
    previous_close: float | None
    state: QuoteState
    source: str
    market_open: bool | None

    @classmethod
    def of(cls, quote: Quote) -> Self:
        """The answer about one quote."""
        return cls.model_validate(quote)
