"""What the drawings that alerts watch come to on bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.domain import Alert, AlertCondition
from app.alerts.evaluation import Levels
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.domain import Instrument


@dataclass(frozen=True, slots=True)
class DrawnLevels:
    """The drawings of a group of alerts."""

    def bars_needed(self, now: datetime) -> int:
        """How many bars reach back to the earliest point of a line."""
        return 0

    def measure(self, bars: Bars) -> Mapping[UUID, Levels | str]:
        """Each drawing's levels on bars, or why it cannot be watched."""
        return {}


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
    """The drawings in conditions, each with its owner."""
    return DrawnLevels()
