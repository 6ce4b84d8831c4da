"""Closed bars on their way into the database, gathered for a moment; kept while it is away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

import numpy as np
import structlog

from app.core.problems import is_database_away, is_database_busy
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.live.bar_building import BarValues, BuiltBar
from app.live.feed_line import Line
from app.live.feed_ports import History, Stored
from app.market.columns import make_bars

log = structlog.get_logger(__name__)

# Of one instrument; what is older than these is fetched by whoever looks for holes.
_MAX_WAITING = 3_000


class BarStorer:
    """Stores whole, closed bars; the newest values of a bar win."""

    def __init__(self, history: History, on_stored: Callable[[Line, Stored], None]) -> None:
        self._history, self._on_stored = history, on_stored
        self._waiting: defaultdict[UUID, dict[Interval, dict[int, BarValues]]] = defaultdict(dict)

    def put(self, line: Line, bar: BuiltBar) -> None:
        """Take a closed bar on: minutes, and what is stored of longer ones, so that it goes on."""
        if not bar.is_whole or not bar.is_closed:
            return
        if bar.interval is Interval.MIN_1 or bar.interval in line.fed.instrument.intervals:
            waiting = self._waiting[line.id].setdefault(bar.interval, {})
            waiting[bar.time] = bar.values
            if len(waiting) > _MAX_WAITING:
                del waiting[min(waiting)]

    async def flush(self, lines: dict[UUID, Line]) -> bool:
        """Store what waits. False when the database is away: it waits on, as does what others' locks hold."""
        for instrument_id in list(self._waiting):
            by_interval = self._waiting.pop(instrument_id)
            line = lines.get(instrument_id)
            timezone = "UTC" if line is None else line.fed.instrument.timezone
            parts = [_make_bars(bars, interval, timezone) for interval, bars in by_interval.items()]
            try:
                stored = await self._history.store(instrument_id, parts)
            except Exception as error:
                is_busy = is_database_busy(error)
                if not is_busy and not is_database_away(error):
                    log.error("bars_not_stored", instrument_id=str(instrument_id), exc_info=error)
                    continue
                log.warning("bars_wait_for_the_database", reason=type(error).__name__)
                # What was put in meanwhile is newer.
                for interval, bars in by_interval.items():
                    newer = self._waiting[instrument_id].get(interval, {})
                    self._waiting[instrument_id][interval] = bars | newer
                if is_busy:
                    continue
                return False
            if line is not None:
                self._on_stored(line, stored)
        return True


def _make_bars(bars: dict[int, BarValues], interval: Interval, timezone: str) -> Bars:
    times = sorted(bars)
    columns = [np.array([bars[time][place] for time in times], dtype=np.float64) for place in range(5)]
    return make_bars(np.array(times, dtype=np.int64), columns, interval, timezone)
