"""What can be done with replays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.core.fields import ceil_seconds
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.engine.intervals import Interval
from app.market import service as market
from app.market.domain import Adjustment, Instrument, Viewer
from app.replay import repository
from app.replay.domain import (
    MAXIMUM_REPLAYS,
    Replay,
    ReplayNotFound,
    ReplayOutOfRange,
    TooManyReplays,
)
from app.replay.schemas import ReplayBarsRead, ReplayCreate, ReplayUpdate


class ReplayService:
    """The replays of one person."""

    def __init__(self, session: AsyncSession, viewer: Viewer, owner_id: UUID, clock: Clock) -> None:
        self._session = session
        self._viewer = viewer
        self._owner_id = owner_id
        self._clock = clock

    async def create_replay(self, body: ReplayCreate) -> Replay:
        """Begin a replay, paused. Raises InstrumentNotFound, IntervalNotAvailable, ReplayOutOfRange."""
        instrument = await market.get_instrument(self._session, self._viewer, body.symbol)
        if await repository.count_replays(self._session, self._owner_id) >= MAXIMUM_REPLAYS:
            raise TooManyReplays(f"One may have {MAXIMUM_REPLAYS} replays. Delete one that is done with.")
        position = ceil_seconds(body.start)
        if not await self._find_closes_after(instrument, body.interval, position, 1):
            raise ReplayOutOfRange(
                f"No stored bar of {instrument.symbol} in {body.interval} follows that instant."
            )
        now, position_at = self._clock.now(), market.to_moment(position)
        values = {
            "instrument_id": instrument.id,
            "interval": body.interval.value,
            "started_at": position_at,
            "position_at": position_at,
            "anchored_at": now,
            "bars_per_second": None,
        }
        return await repository.insert_replay(self._session, self._owner_id, values)

    async def list_replays(self, page: PageQuery) -> tuple[list[Replay], str | None]:
        """One's replays, the newest first, each where it stood when somebody last looked."""
        before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
        rows = await repository.list_replays(self._session, self._owner_id, page.limit + 1, before)
        items, more = cut_page(rows, page.limit)
        return items, encode_cursor(str(items[-1].id)) if more else None

    async def get_replay(self, replay_id: UUID) -> Replay:
        """A replay where it stands now. Raises ReplayNotFound."""
        replay = await repository.find_replay(self._session, self._owner_id, replay_id)
        if replay is None:
            raise ReplayNotFound
        if replay.count_due_bars(self._clock.now()) == 0:
            return replay
        return await self._get_locked(replay_id)

    async def play(self, replay_id: UUID, bars_per_second: float) -> Replay:
        """Let bars come in, at another speed if it plays already. Raises ReplayNotFound."""
        replay = await self._get_locked(replay_id)
        if replay.is_at_end:
            return replay
        return await self._change(replay, bars_per_second=bars_per_second)

    async def pause(self, replay_id: UUID) -> Replay:
        """Stand still. Raises ReplayNotFound."""
        return await self._change(await self._get_locked(replay_id), bars_per_second=None)

    async def step(self, replay_id: UUID, bars: int) -> Replay:
        """Stand still some bars further on, or back. Raises ReplayNotFound."""
        replay = await self._get_locked(replay_id)
        instrument = await self._get_instrument(replay)
        position = int(replay.position_at.timestamp())
        closes: list[int] = []
        if bars > 0:
            closes = await self._find_closes_after(instrument, replay.interval, position, bars)
        elif bars < 0:
            closes = await market.find_closes_before(
                self._session, instrument, replay.interval, position, -bars
            )
        if not closes:
            return await self._change(replay, bars_per_second=None, is_at_end=replay.is_at_end or bars > 0)
        position = closes[-1] if bars > 0 else closes[0]
        at_end = bars > 0 and len(closes) < bars
        return await self._change(
            replay, bars_per_second=None, position_at=market.to_moment(position), is_at_end=at_end
        )

    async def seek(self, replay_id: UUID, to: datetime) -> Replay:
        """Stand still at an instant. Raises ReplayNotFound, ReplayOutOfRange."""
        replay = await self._get_locked(replay_id)
        if to > self._clock.now():
            raise ReplayOutOfRange("That instant has not come yet.", field="to")
        position = market.to_moment(ceil_seconds(to))
        instrument = await self._get_instrument(replay)
        closes = await self._find_closes_after(instrument, replay.interval, int(position.timestamp()), 1)
        return await self._change(replay, bars_per_second=None, position_at=position, is_at_end=not closes)

    async def update_replay(self, replay_id: UUID, body: ReplayUpdate) -> Replay:
        """Step by other bars from now on. Raises ReplayNotFound, InstrumentNotFound, IntervalNotAvailable."""
        replay = await self._get_locked(replay_id)
        instrument = await self._get_instrument(replay)
        if body.symbol is not None:
            instrument = await market.get_instrument(self._session, self._viewer, body.symbol)
        interval = body.interval or replay.interval
        position = int(replay.position_at.timestamp())
        closes = await self._find_closes_after(instrument, interval, position, 1)
        return await self._change(
            replay, instrument_id=instrument.id, interval=interval.value, is_at_end=not closes
        )

    async def delete_replay(self, replay_id: UUID) -> None:
        """Remove a replay. Raises ReplayNotFound."""
        if not await repository.delete_replay(self._session, self._owner_id, replay_id):
            raise ReplayNotFound

    async def read_bars(
        self,
        replay_id: UUID,
        symbol: str,
        interval: Interval,
        start: datetime | None,
        limit: int,
        adjust: Adjustment,
    ) -> ReplayBarsRead:
        """Bars of any instrument that who asks may see, as they were known at the replay's position.

        Raises ReplayNotFound, InstrumentNotFound, IntervalNotAvailable.
        """
        replay = await self.get_replay(replay_id)
        instrument = await market.get_instrument(self._session, self._viewer, symbol)
        past = await market.read_bars_until(
            self._session,
            instrument,
            interval,
            int(replay.position_at.timestamp()),
            start=None if start is None else ceil_seconds(start),
            limit=limit,
            adjusted=adjust is Adjustment.SPLITS,
        )
        return ReplayBarsRead.of(
            instrument.symbol, replay.position_at, past.bars, past.forming, past.known_splits
        )

    async def _get_locked(self, replay_id: UUID) -> Replay:
        """The replay, moved to where it stands now, and this request's alone."""
        replay = await repository.find_replay(self._session, self._owner_id, replay_id, locked=True)
        if replay is None:
            raise ReplayNotFound
        now = self._clock.now()
        due = replay.count_due_bars(now)
        if due == 0:
            return replay
        closes = await self._find_closes_after(
            await self._get_instrument(replay), replay.interval, int(replay.position_at.timestamp()), due
        )
        is_at_end = len(closes) < due
        changes: dict[str, Any] = {"anchored_at": replay.find_next_anchor(due, now), "is_at_end": is_at_end}
        if closes:
            changes["position_at"] = market.to_moment(closes[-1])
        if is_at_end:
            changes["bars_per_second"] = None
        await repository.update_replay(self._session, replay_id, changes)
        return replace(replay, **changes)

    async def _find_closes_after(
        self, instrument: Instrument, interval: Interval, after: int, count: int
    ) -> list[int]:
        """When the next stored bars were over: a bar that is under way at this moment is none of them."""
        closes = await market.find_closes_after(self._session, instrument, interval, after, count)
        now = self._clock.now().timestamp()
        return [close for close in closes if close <= now]

    async def _change(self, replay: Replay, **changes: Any) -> Replay:
        values: Mapping[str, Any] = {"anchored_at": self._clock.now(), **changes}
        return await repository.update_replay(self._session, replay.id, values)

    async def _get_instrument(self, replay: Replay) -> Instrument:
        return await market.get_instrument_by_id(self._session, self._viewer, replay.instrument_id)
