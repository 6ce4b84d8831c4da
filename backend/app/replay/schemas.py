"""Bodies of requests and answers about replays."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from app.core.fields import CleanStr, FiniteFloat, Moment, ReadModel, StrictModel
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.replay.domain import MAXIMUM_SPEED, MAXIMUM_STEP, MINIMUM_SPEED, Replay

Speed = Annotated[FiniteFloat, Field(ge=MINIMUM_SPEED, le=MAXIMUM_SPEED)]


class ReplayCreate(StrictModel):
    """Where a replay begins, and by whose bars it steps."""

    symbol: Annotated[CleanStr, Field(max_length=64)]
    interval: Interval
    start: Annotated[Moment, Field(description="Its present at first: bars that are over by then are seen.")]


class ReplayPlay(StrictModel):
    """How fast bars of the step interval come in."""

    bars_per_second: Speed = 2.0


class ReplayStep(StrictModel):
    """How many bars of the step interval to go on, or, negative, back."""

    bars: Annotated[int, Field(ge=-MAXIMUM_STEP, le=MAXIMUM_STEP)] = 1


class ReplaySeek(StrictModel):
    """The instant to go to."""

    to: Moment


class ReplayUpdate(StrictModel):
    """By whose bars to step from now on. What is left out stays."""

    symbol: Annotated[CleanStr, Field(max_length=64)] | None = None
    interval: Interval | None = None


class ReplayRead(ReadModel):
    """Where a replay stands. `bars_per_second` is null while it is paused."""

    id: UUID
    instrument_id: UUID
    interval: Interval
    started_at: dt.datetime
    position_at: dt.datetime
    status: Annotated[str, Field(pattern="^(playing|paused|ended)$")]
    bars_per_second: float | None
    created_at: dt.datetime

    @classmethod
    def of(cls, replay: Replay) -> Self:
        """The answer about a replay."""
        playing = replay.bars_per_second is not None
        return cls(
            id=replay.id,
            instrument_id=replay.instrument_id,
            interval=replay.interval,
            started_at=replay.started_at,
            position_at=replay.position_at,
            status="ended" if replay.is_at_end else "playing" if playing else "paused",
            bars_per_second=replay.bars_per_second,
            created_at=replay.created_at,
        )


class FormingBarRead(ReadModel):
    """The bar under way; `volume` is null where the source has none."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class ReplayBarsRead(ReadModel):
    """Bars that were over at the replay's position, oldest first, and the one that was under way then.

    `known_splits`: how many splits the prices are adjusted for. One more, and all bars are others.
    """

    symbol: str
    interval: Interval
    position_at: dt.datetime
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float | None]
    forming: FormingBarRead | None
    known_splits: int

    @classmethod
    def of(cls, symbol: str, position_at: dt.datetime, bars: Bars, forming: Bars, known_splits: int) -> Self:
        """Columns as `GET /bars` has them."""
        return cls(
            symbol=symbol,
            interval=bars.interval,
            position_at=position_at,
            time=bars.time.tolist(),
            open=bars.open.tolist(),
            high=bars.high.tolist(),
            low=bars.low.tolist(),
            close=bars.close.tolist(),
            volume=[None if value != value else value for value in bars.volume.tolist()],
            forming=_write_bar(forming) if len(forming) else None,
            known_splits=known_splits,
        )


def _write_bar(bars: Bars) -> FormingBarRead:
    open_, high, low, close, volume = (float(column[0]) for column in bars.columns())
    return FormingBarRead(
        time=int(bars.time[0]),
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=None if volume != volume else volume,
    )
