"""What somebody wants to see right now, as the API processes and the alerts say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.clock import Clock
from app.core.problems import is_database_away
from app.engine.intervals import Interval

log = structlog.get_logger(__name__)

WANTED_KEY = "live:wanted"
MAX_WANTED = 10_000

Wanted: TypeAlias = Mapping[UUID, frozenset[Interval]]
FindAlertsWanted: TypeAlias = Callable[[], Awaitable[set[tuple[UUID, Interval]]]]


class Demand:
    """Instruments that somebody looks at, or has an alert on, with the intervals of their bars. What cannot
    be asked for the moment counts as it was.
    """

    def __init__(self, redis: Redis, clock: Clock, find_alerts_wanted: FindAlertsWanted | None) -> None:
        self._redis, self._clock, self._find_alerts_wanted = redis, clock, find_alerts_wanted
        self._topics: frozenset[str] = frozenset()
        self._alerts: set[tuple[UUID, Interval]] = set()

    async def read(self) -> Wanted:
        """What is wanted now."""
        try:
            now = self._clock.now().timestamp()
            found: Any = await self._redis.zrangebyscore(WANTED_KEY, now, "+inf", 0, MAX_WANTED)
            self._topics = frozenset(bytes(one).decode(errors="replace") for one in found)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("live_demand_unknown", reason=type(error).__name__)
        if self._find_alerts_wanted is not None:
            try:
                self._alerts = await self._find_alerts_wanted()
            except Exception as error:
                reason = type(error).__name__
                log.log(30 if is_database_away(error) else 40, "alerts_demand_unknown", reason=reason)
        return read_topics(self._topics, self._alerts)


def read_topics(topics: Iterable[str], others: Iterable[tuple[UUID, Interval]] = ()) -> Wanted:
    """`quotes:<id>` and `bars:<id>:<interval>` by instrument; what reads otherwise is left out."""
    wanted: defaultdict[UUID, set[Interval]] = defaultdict(set)
    for topic in topics:
        kind, _, rest = topic.partition(":")
        text, _, interval = rest.partition(":")
        try:
            instrument_id = UUID(text)
            if kind == "bars":
                wanted[instrument_id].add(Interval(interval))
            elif kind == "quotes":
                wanted[instrument_id].update(())
        except ValueError:
            continue
    for instrument_id, one in others:
        wanted[instrument_id].add(one)
    return {instrument_id: frozenset(intervals) for instrument_id, intervals in wanted.items()}
