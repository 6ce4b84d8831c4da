"""The feed's view of what is stored: links, minutes, and where closed bars go. For the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.core.database import Database
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.feeds import service as feeds
from app.live.feed_ports import FedInstrument, Stored
from app.market import service as market
from app.market.domain import Adjustment, Instrument, InstrumentNotFound

_MAX_MINUTES = 3 * 1_440


class StoredHistory:
    """The rooms market and feeds, each call in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_fed(self, instrument_ids: Sequence[UUID]) -> Mapping[UUID, FedInstrument]:
        """Those of the instruments that a provider feeds: four statements, however many there are."""
        if not instrument_ids:
            return {}
        async with self._database.session() as session:
            links = await feeds.find_links(session, instrument_ids)
            instruments = await market.list_instruments_by_id(session, None, list(links))
        return {
            one.id: FedInstrument(one, links[one.id].provider, links[one.id].symbol) for one in instruments
        }

    async def read_minutes(self, instrument: Instrument, start: int, end: int) -> Bars:
        """Stored minutes with start ≤ time < end, as they were traded."""
        if Interval.MIN_1 not in instrument.intervals:
            nothing = np.empty(0)
            no_time = np.empty(0, dtype=np.int64)
            return Bars(no_time, nothing, nothing, nothing, nothing, nothing, Interval.MIN_1)
        first, last = (datetime.fromtimestamp(one, UTC) for one in (start, end))
        async with self._database.session() as session:
            await session.execute(text("SELECT 1"))  # opens the transaction
            return await market.load_newest_bars(
                session,
                instrument,
                Interval.MIN_1,
                now=last,
                limit=_MAX_MINUTES,
                start=first,
                end=last,
                adjust=Adjustment.NONE,
            )

    async def store(self, instrument_id: UUID, parts: Sequence[Bars]) -> Stored:
        """Merge bars into what is stored, in one transaction."""
        changed = []
        try:
            async with self._database.session() as session:
                for bars in parts:
                    counts = await market.store_bars(session, instrument_id, bars)
                    if counts.is_changed:
                        changed.append(bars.interval)
        except InstrumentNotFound:  # deleted meanwhile
            return Stored((), None)
        async with self._database.session() as session:
            found = await market.list_instruments_by_id(session, None, [instrument_id])
        return Stored(changed, found[0] if found else None)
