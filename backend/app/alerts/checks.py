"""Answers what a condition would have done on the stored bars. For the worker alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import evaluation, watch_repository
from app.alerts.domain import CHECK_ANSWERED, CHECKED_BARS
from app.alerts.drawing_levels import read_drawing_levels
from app.alerts.watch_repository import AskedCheck
from app.core.clock import Clock
from app.core.database import Database
from app.core.errors import FlowrexError
from app.core.notifications import notify
from app.core.problems import is_database_away
from app.market import service as market
from app.market.market_hours import find_bar_hours

log = structlog.get_logger(__name__)

KEPT = timedelta(minutes=10)
_TIMES_TOLD = 50


async def answer_next_check(database: Database, clock: Clock) -> bool:
    """Answer the oldest question that nobody answers yet; False when there is none."""
    async with database.session() as session:
        asked = await watch_repository.take_check(session)
        if asked is None:
            return False
        answer = await _try_condition(session, asked, clock.now())
        await watch_repository.answer_check(session, asked.id, answer)
        await notify(session, CHECK_ANSWERED, asked.id)
    return True


async def forget_old_checks(database: Database, clock: Clock) -> None:
    """Remove questions whose asker is gone."""
    async with database.session() as session:
        await watch_repository.delete_old_checks(session, clock.now() - KEPT)


async def _try_condition(session: AsyncSession, asked: AskedCheck, now: datetime) -> Mapping[str, Any]:
    try:
        async with session.begin_nested():
            return await _evaluate(session, asked, now)
    except FlowrexError as error:
        return {"problem": error.detail}
    except Exception as error:
        if is_database_away(error):
            raise
        log.error("check_failed", check_id=str(asked.id), exc_info=error)
        return {"problem": "The condition could not be tried: the fault is ours and was logged."}


async def _evaluate(session: AsyncSession, asked: AskedCheck, now: datetime) -> Mapping[str, Any]:
    interval, condition = asked.group.interval, asked.condition
    found = await market.list_instruments_by_id(session, None, [asked.group.instrument_id])
    if not found:
        return {"problem": "The instrument is gone."}
    drawn = await read_drawing_levels(session, found[0], interval, [(asked.owner_id, condition)])
    needed = max(evaluation.count_bars_needed(condition, interval), drawn.bars_needed(now))
    limit = CHECKED_BARS + needed
    loaded = await market.load_bars(session, found[0], interval, now=now, limit=limit)
    bars = loaded.bars
    hours = find_bar_hours(found[0].calendar, found[0].timezone)
    while len(bars) and hours.closes_at(int(bars.time[-1]), interval) > now.timestamp():
        bars = bars.head(len(bars) - 1)
    first = max(0, len(bars) - CHECKED_BARS)
    [outcome] = await asyncio.to_thread(evaluation.evaluate, [condition], bars, drawn.measure(bars), first)
    if isinstance(outcome, str):
        return {"problem": outcome}
    times = bars.time[first:][np.flatnonzero(outcome)]
    return {
        "bars": len(outcome),
        "first_bar_at": int(bars.time[first]) if len(bars) else None,
        "last_bar_at": int(bars.time[-1]) if len(bars) else None,
        "count": len(times),
        "times": [int(one) for one in times[-_TIMES_TOLD:]],
    }
