"""Sends firings to webhooks, again and again until they are taken or given up: durable, by lease.

A worker that dies while it sends leaves the delivery to the next one when the lease is over; its id goes
along, so a receiver can tell.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog

from app.alerts import watch_repository
from app.alerts.domain import DeliveryStatus, StoredFiring
from app.alerts.messages import describe_firing
from app.alerts.signatures import derive_secret
from app.alerts.watch_repository import DueDelivery
from app.alerts.webhooks import Attempt, WebhookSender
from app.core.clock import Clock
from app.core.database import Database

log = structlog.get_logger(__name__)

# Longer than an attempt can take.
LEASE = timedelta(seconds=40)
# How long to wait after each failed attempt; after the last one a delivery is given up. Close to four hours.
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1_800, 3_600, 7_200))
MAXIMUM_ATTEMPTS = len(RETRY_AFTER) + 1
AT_ONCE = 20


class Deliverer:
    """Takes deliveries whose time has come and sends them."""

    def __init__(self, database: Database, clock: Clock, sender: WebhookSender, app_secret_key: str) -> None:
        self._database = database
        self._clock = clock
        self._sender = sender
        self._key = app_secret_key

    async def deliver_due(self) -> int:
        """Send what is due now, at most so many at once; how many were tried."""
        async with self._database.session() as session:
            due = await watch_repository.claim_deliveries(session, self._clock.now(), LEASE, AT_ONCE)
            firings = await watch_repository.list_stored_firings(session, [one.firing_id for one in due])
        by_id = {firing.id: firing for firing in firings}
        await asyncio.gather(*(self._deliver(one, by_id[one.firing_id]) for one in due))
        return len(due)

    async def seconds_until_next(self, most: float) -> float:
        """How long nothing is due, `most` at the longest."""
        async with self._database.session() as session:
            at = await watch_repository.find_next_attempt(session)
        left = most if at is None else (at - self._clock.now()).total_seconds()
        return max(0.0, min(most, left))

    async def _deliver(self, due: DueDelivery, firing: StoredFiring) -> None:
        body = orjson.dumps(describe_firing(firing, due.id))
        secret = derive_secret(self._key, due.secret_of, due.secret_version)
        sent_at = int(self._clock.now().timestamp())
        attempt = await self._sender.send(due.url, secret, due.id, body, sent_at)
        values = describe_outcome(due.attempts, attempt, self._clock.now())
        if not attempt.ok:
            log.info("webhook_failed", delivery_id=str(due.id), attempts=due.attempts, error=attempt.error)
        async with self._database.session() as session:
            await watch_repository.finish_delivery(session, due, values)


def describe_outcome(attempts: int, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """What an attempt, the so manieth, makes of a delivery's row."""
    values: dict[str, Any] = {
        "response_code": attempt.response_code,
        "response_text": attempt.response_text,
        "error": attempt.error,
    }
    if attempt.ok or attempt.is_final or attempts >= MAXIMUM_ATTEMPTS:
        status = DeliveryStatus.DELIVERED if attempt.ok else DeliveryStatus.FAILED
        return {**values, "status": status.value, "next_attempt_at": None, "finished_at": now}
    return {**values, "next_attempt_at": now + RETRY_AFTER[attempts - 1]}
