"""What the drawings that alerts watch come to on bars. Their prices follow splits: see the workspace room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.domain import Alert, AlertCondition, DrawingCondition
from app.alerts.evaluation import MOST_BARS, Levels
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.domain import Instrument
from app.workspace import service as workspace
from app.workspace.domain import Drawing, DrawingKind

_NOT_WATCHED = "A measure is no line that could be crossed."
_SPARE_BARS = 10


@dataclass(frozen=True, slots=True)
class DrawnLevels:
    """The drawings of a group of alerts, in the terms of bars adjusted for splits."""

    interval: Interval
    drawings: Mapping[UUID, Drawing]

    def bars_needed(self, now: datetime) -> int:
        """How many bars reach back to the earliest point of a line, at the most."""
        lines = [one for one in self.drawings.values() if one.kind is DrawingKind.TREND_LINE]
        if not lines:
            return 0
        earliest = min(point.time for line in lines for point in line.points)
        bars = (int(now.timestamp()) - earliest) // self.interval.seconds + _SPARE_BARS
        return min(max(bars, 0), MOST_BARS)

    def measure(self, bars: Bars) -> Mapping[UUID, Levels | str]:
        """Each drawing's levels on bars, or why it cannot be watched."""
        return {key: _measure(drawing, bars) for key, drawing in self.drawings.items()}


def _measure(drawing: Drawing, bars: Bars) -> Levels | str:
    if drawing.kind is DrawingKind.MEASURE:
        return _NOT_WATCHED
    if drawing.kind is not DrawingKind.RECTANGLE:
        return workspace.measure_line(
            drawing.points,
            bars.time,
            drawn_on=drawing.interval,
            shown_on=bars.interval,
            extends_right=drawing.style.extends_right or drawing.kind is DrawingKind.HORIZONTAL,
        )
    # A rectangle's band goes on to the right: it is its prices that are watched.
    prices = [point.price for point in drawing.points]
    start = min(point.time for point in drawing.points)
    is_there = bars.time >= start
    return np.where(is_there, min(prices), np.nan), np.where(is_there, max(prices), np.nan)


async def read_levels(
    session: AsyncSession, instrument: Instrument, interval: Interval, alerts: Sequence[Alert]
) -> DrawnLevels:
    """The drawings that these alerts watch."""
    watched = [(alert.owner_id, alert.terms.condition) for alert in alerts]
    return await read_drawing_levels(session, instrument, interval, watched)


async def read_drawing_levels(
    session: AsyncSession,
    instrument: Instrument,
    interval: Interval,
    watched: Sequence[tuple[UUID, AlertCondition]],
) -> DrawnLevels:
    """The drawings in conditions, each with its owner. What is gone, or somebody else's, is left out."""
    wanted = {
        (owner_id, condition.drawing_id)
        for owner_id, condition in watched
        if isinstance(condition, DrawingCondition)
    }
    drawings: dict[UUID, Drawing] = {}
    for owner_id, drawing_id in wanted:
        found = await workspace.find_drawing(session, owner_id, drawing_id)
        if found is not None and found.instrument_id == instrument.id:
            drawings[drawing_id] = workspace.adjust_drawing(found, instrument)
    return DrawnLevels(interval, drawings)
