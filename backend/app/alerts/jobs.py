"""What the worker runs for alerts, for as long as it lives: looking at closed bars and at prices, answering
checks, sending webhooks. Every worker runs all of it; PostgreSQL's row locks share the work out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from app.alerts import watch_repository
from app.alerts.checks import answer_next_check, forget_old_checks
from app.alerts.deliveries import Deliverer
from app.alerts.domain import CHECK_ASKED, DELIVERIES_WAITING, StoredFiring
from app.alerts.evaluator import Evaluator
from app.alerts.schemas import FiringRead
from app.alerts.ticks import TickWatch
from app.alerts.webhooks import WebhookSender
from app.config import Settings
from app.core.clock import Clock
from app.core.database import Database, Databases
from app.core.live_publishing import LivePublisher
from app.core.notifications import Notifications
from app.core.problems import is_database_away
from app.core.secrets import Secrets, load_secrets
from app.engine.intervals import Interval
from app.market.domain import BARS_TOPIC

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

# For the notification that gets lost.
POLL_SECONDS = 3.0
_CHECKS_POLL_SECONDS = 2.0
_SENDING_POLL_SECONDS = 5.0
_FORGET_SECONDS = 60.0
_AFTER_A_FAULT_SECONDS = 1.0
_PUBLISHED_AT_ONCE = 50


async def run_alerts(
    settings: Settings,
    databases: Databases,
    clock: Clock,
    publisher: LivePublisher,
    ticks: TickWatch | None = None,
) -> None:
    """Watch alerts for ever; with `ticks`, at prices too. Raises when the database is away."""
    notifications = Notifications(settings.database_dsn)
    notifications.start()
    loops = [
        _keep_looking(databases.main, clock, publisher, notifications),
        _keep_answering(databases.main, clock, notifications),
        _keep_sending(settings, databases, clock, notifications),
    ]
    if ticks is not None:
        loops += [ticks.keep_fresh(notifications), _keep_telling(ticks, publisher)]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await notifications.stop()


async def publish_firings(publisher: LivePublisher, firings: Sequence[StoredFiring]) -> None:
    """Tell the owners' browsers. Who misses it finds the firing unread in the log."""
    for start in range(0, len(firings), _PUBLISHED_AT_ONCE):
        await asyncio.gather(
            *(
                publisher.publish(f"alerts:{firing.owner_id}", FiringRead.of(firing).model_dump(mode="json"))
                for firing in firings[start : start + _PUBLISHED_AT_ONCE]
            )
        )


async def _keep_looking(
    database: Database, clock: Clock, publisher: LivePublisher, notifications: Notifications
) -> None:
    evaluator = Evaluator(database, clock)
    loop = asyncio.get_running_loop()
    next_full_look = loop.time()
    with notifications.watch(BARS_TOPIC) as bars:
        while True:
            wait = min(next_full_look - loop.time(), evaluator.seconds_until_next(POLL_SECONDS))
            changed = read_instruments(await bars.take(max(0.0, wait)))
            is_full = not changed or loop.time() >= next_full_look
            if is_full:
                next_full_look = loop.time() + POLL_SECONDS
            look = partial(evaluator.look, None if is_full else changed)
            fired = await _try("alerts_not_looked_at", look)
            if fired:
                await publish_firings(publisher, fired)


async def _keep_telling(ticks: TickWatch, publisher: LivePublisher) -> None:
    while True:
        await publish_firings(publisher, await ticks.take_fired())


async def find_wanted(database: Database) -> set[tuple[UUID, Interval]]:
    """What must be fed though nobody looks at it: instruments and intervals with active alerts."""
    async with database.session() as session:
        groups = await watch_repository.list_active_groups(session, None)
    return {(group.instrument_id, group.interval) for group in groups}


async def _keep_answering(database: Database, clock: Clock, notifications: Notifications) -> None:
    loop = asyncio.get_running_loop()
    next_forgetting = loop.time()
    with notifications.watch(CHECK_ASKED) as asked:
        while True:
            await asked.take(_CHECKS_POLL_SECONDS)
            while await _try("check_not_answered", lambda: answer_next_check(database, clock)):
                pass
            if loop.time() >= next_forgetting:
                next_forgetting = loop.time() + _FORGET_SECONDS
                await _try("checks_not_forgotten", lambda: forget_old_checks(database, clock))


async def _keep_sending(
    settings: Settings, databases: Databases, clock: Clock, notifications: Notifications
) -> None:
    secrets: Secrets | None = None
    while secrets is None:  # the credentials database may come later; a fault waits a moment in itself
        secrets = await _try("no_secrets", lambda: load_secrets(settings, databases.credentials))
    sender = WebhookSender(allow_private=settings.alert_private_webhooks)
    deliverer = Deliverer(databases.main, clock, sender, secrets.app_secret_key)
    try:
        with notifications.watch(DELIVERIES_WAITING) as waiting:
            while True:
                if await _try("webhooks_not_sent", deliverer.deliver_due):
                    continue
                wait = await _try(
                    "webhooks_not_sent", lambda: deliverer.seconds_until_next(_SENDING_POLL_SECONDS)
                )
                await waiting.take(_SENDING_POLL_SECONDS if wait is None else wait)
    finally:
        await sender.aclose()


async def _try(name: str, work: Callable[[], Awaitable[Result]]) -> Result | None:
    """Do one round of a loop: only a main database that is away ends the loop, and with it the worker."""
    try:
        return await work()
    except Exception as error:
        if is_database_away(error) and name != "no_secrets":
            raise
        log.error(name, exc_info=error)
        await asyncio.sleep(_AFTER_A_FAULT_SECONDS)
        return None


def read_instruments(keys: set[str]) -> list[UUID]:
    """The instruments in notified keys of the form `<instrument id>:<interval>`; what is none is left out."""
    found: set[UUID] = set()
    for key in keys:
        try:
            found.add(UUID(key.partition(":")[0]))
        except ValueError:
            continue
    return list(found)
