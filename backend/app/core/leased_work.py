"""Working under a lease: the heartbeat beside the work, handing it back, bringing back what was lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.core.jobs import defer_job
from app.core.leased_rows import RowT, WorkKind, claim_row, end_lost, hand_back, renew_lease, requeue_lost
from app.core.leases import Attempt, AttemptSuperseded, Claim, Renewal
from app.core.problems import is_database_away
from app.core.waiting import end_task

log = structlog.get_logger(__name__)


async def defer_work(session: AsyncSession, kind: WorkKind[Any], work_id: UUID) -> None:
    """Put the work's job into the queue, in the session's transaction."""
    await defer_job(session, kind.task, kind.identify(work_id), kind.priority, kind.lock)


async def claim_work(session: AsyncSession, kind: WorkKind[RowT], work_id: UUID) -> RowT | None:
    """Take the work under a new attempt, if it is there to be had."""
    row = await claim_row(session, kind, work_id)
    if row is None:
        log.info(f"{kind.name}_not_to_be_had", **kind.identify(work_id))
    return row


@contextlib.asynccontextmanager
async def work_under_lease(
    database: Database,
    kind: WorkKind[Any],
    claim: Claim,
    beat_seconds: float,
    on_beat: Callable[[float], Awaitable[None]] | None = None,
) -> AsyncIterator[Attempt]:
    """Hold the lease on claimed work while the block works on it and writes what came out.

    Every `beat_seconds` the lease is renewed, the attempt's progress written, and the attempt told whether
    it shall stop; `on_beat` is told the progress that was written. A block that is cancelled hands its work
    back to the queue. One that raises AttemptSuperseded just ends: the work is in other hands. After any
    other error the lease runs out.
    """
    attempt = Attempt()
    beating = asyncio.create_task(_keep_lease(database, kind, claim, attempt, beat_seconds, on_beat))
    try:
        yield attempt
    except AttemptSuperseded:
        log.warning("attempt_superseded", attempt=claim.attempt, **kind.identify(claim.id))
    except asyncio.CancelledError:
        # The worker stops. Whoever takes the work next begins anew; what a thread still computes is void.
        attempt.must_stop = True
        await asyncio.shield(_hand_back(database, kind, claim))
        raise
    finally:
        if (error := await end_task(beating)) is not None:
            raise error


async def recover_lost_work(session: AsyncSession, kind: WorkKind[Any], detail: str) -> Sequence[UUID]:
    """Put work whose worker is gone back in the queue; end what was lost too often, or was to stop.

    What goes back gets a job of its own: the old one may be gone too. What was lost too often failed for the
    reason `detail`. Returns the ids of what was ended.
    """
    ended = await end_lost(session, kind, detail)
    for work_id in ended:
        log.error(f"lost_{kind.name}_ended", **kind.identify(work_id))
    for work_id in await requeue_lost(session, kind):
        log.warning(f"lost_{kind.name}_requeued", **kind.identify(work_id))
        await defer_work(session, kind, work_id)
    return ended


async def _keep_lease(
    database: Database,
    kind: WorkKind[Any],
    claim: Claim,
    attempt: Attempt,
    beat_seconds: float,
    on_beat: Callable[[float], Awaitable[None]] | None,
) -> None:
    while True:
        await asyncio.sleep(beat_seconds)
        try:
            async with database.session() as session:
                renewal = await renew_lease(session, kind, claim, attempt.progress)
        except Exception as error:
            if not is_database_away(error):
                raise
            log.warning("lease_not_renewed", reason=type(error).__name__, **kind.identify(claim.id))
            continue
        if renewal is None:
            attempt.is_lost = attempt.must_stop = True
            return
        if renewal is Renewal.STOP:
            attempt.must_stop = True
        if on_beat is not None:
            await on_beat(attempt.progress)


async def _hand_back(database: Database, kind: WorkKind[Any], claim: Claim) -> None:
    async with database.session() as session:
        if await hand_back(session, kind, claim):
            await defer_work(session, kind, claim.id)
            log.info(f"{kind.name}_handed_back", **kind.identify(claim.id))
