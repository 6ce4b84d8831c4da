"""Requests of one person, one after the other: what somebody has of a thing is counted by one at a time."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def hold_owner(session: AsyncSession, what: str, owner_id: UUID | None) -> None:
    """Let one request at a time change `what` somebody (None: the installation) has, until the transaction
    ends.
    """
    key = func.hashtextextended(f"{what}:{owner_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
