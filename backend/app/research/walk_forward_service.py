"""What can be done with walk-forwards: ask for one, look at it, stop it, forget it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.leased_work import defer_work
from app.core.leases import WorkStatus
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.market.domain import Viewer
from app.research import walk_forward_repository as repository
from app.research.domain import (
    Method,
    SweepTooLarge,
    WalkForwardFinished,
    WalkForwardInvalid,
    WalkForwardNotFound,
    WalkForwardRun,
    WalkForwardTerms,
    WalkForwardUnderWay,
)
from app.research.service import prepare_search
from app.research.walk_forward_schemas import WalkForwardCreate as WalkForwardCreate

# Every set runs in every window, and all in one job.
MAXIMUM_RUNS = 1_000_000
MAXIMUM_WINDOWS = 500


async def request_walk_forward(
    session: AsyncSession, viewer: Viewer, owner_id: UUID, body: WalkForwardCreate
) -> UUID:
    """Write a queued walk-forward and its job, in the session's transaction; its id.

    Raises TooMuchUnfinished, WalkForwardInvalid, and what `service.prepare_search` raises.
    """
    asked = await prepare_search(session, viewer, owner_id, body, Method(body.method))
    windows = max(0, asked.bars - body.train_bars) // body.test_bars
    if asked.bars and body.train_bars + body.test_bars > asked.bars * 1.02 + 10:
        raise WalkForwardInvalid(
            f"A training of {body.train_bars:,} and a test of {body.test_bars:,} bars do not fit into about "
            f"{asked.bars:,} bars."
        )
    if windows > MAXIMUM_WINDOWS:
        raise WalkForwardInvalid(
            f"These are about {windows:,} windows; a walk-forward has at most {MAXIMUM_WINDOWS}. "
            "Test on more bars at a time."
        )
    if windows * asked.search.sets > MAXIMUM_RUNS:
        raise SweepTooLarge(
            f"These are {asked.search.sets:,} parameter sets in about {windows:,} windows; a walk-forward "
            f"runs at most {MAXIMUM_RUNS:,} altogether."
        )
    await repository.refuse_more_walk_forwards(session, owner_id)
    terms = WalkForwardTerms(body.train_bars, body.test_bars, body.anchored)
    run_id = await repository.insert_walk_forward(
        session, owner_id, asked.request, asked.search, terms, asked.origin
    )
    await defer_work(session, repository.WALK_FORWARDS, run_id)
    return run_id


async def get_walk_forward(session: AsyncSession, user_id: UUID, run_id: UUID) -> WalkForwardRun:
    """A walk-forward with all it found. Raises WalkForwardNotFound."""
    run = await repository.find_walk_forward(session, user_id, run_id)
    if run is None:
        raise WalkForwardNotFound
    return run


async def list_walk_forwards(
    session: AsyncSession, user_id: UUID, page: PageQuery
) -> tuple[list[WalkForwardRun], str | None]:
    """One's own, newest first, and the cursor of the next page."""
    before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await repository.list_walk_forwards(session, user_id, page.limit + 1, before)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def cancel_walk_forward(session: AsyncSession, user_id: UUID, run_id: UUID) -> WalkForwardRun:
    """End a queued one at once; ask the worker to stop a running one.

    Raises WalkForwardNotFound, WalkForwardFinished.
    """
    status = await repository.lock_walk_forward(session, user_id, run_id)
    if status is None:
        raise WalkForwardNotFound
    if status is WorkStatus.QUEUED:
        await repository.cancel_queued(session, run_id)
    elif status is WorkStatus.RUNNING:
        await repository.request_cancel(session, run_id)
    else:
        raise WalkForwardFinished(f"The walk-forward has {status.value}: there is nothing to cancel.")
    return await get_walk_forward(session, user_id, run_id)


async def delete_walk_forward(session: AsyncSession, user_id: UUID, run_id: UUID) -> None:
    """Remove one that is not running. Raises WalkForwardNotFound, WalkForwardUnderWay."""
    status = await repository.lock_walk_forward(session, user_id, run_id)
    if status is None:
        raise WalkForwardNotFound
    if status is WorkStatus.RUNNING:
        raise WalkForwardUnderWay("Cancel the walk-forward first, then delete it.")
    await repository.delete_walk_forward(session, run_id)
