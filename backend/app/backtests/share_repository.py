"""Every query on links to reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import Share, SharedRunKey
from app.backtests.tables import ReportShareRow, RunRow


async def insert_share(
    session: AsyncSession, run_id: UUID, token_sha256: bytes, created_at: datetime, expires_at: datetime
) -> UUID:
    """Write a link; its id."""
    values = {
        "run_id": run_id,
        "token_sha256": token_sha256,
        "created_at": created_at,
        "expires_at": expires_at,
    }
    made = insert(ReportShareRow).values(values).returning(ReportShareRow.id)
    share_id: UUID = (await session.execute(made)).scalar_one()
    return share_id


async def count_shares(session: AsyncSession, run_id: UUID, now: datetime) -> int:
    """How many links to a run work."""
    query = select(func.count()).where(ReportShareRow.run_id == run_id, ReportShareRow.expires_at > now)
    return (await session.execute(query)).scalar_one()


async def list_shares(session: AsyncSession, run_id: UUID, now: datetime) -> Sequence[Share]:
    """The links to a run that work, newest first."""
    query = (
        select(ReportShareRow.id, ReportShareRow.created_at, ReportShareRow.expires_at)
        .where(ReportShareRow.run_id == run_id, ReportShareRow.expires_at > now)
        .order_by(ReportShareRow.id.desc())
    )
    return [Share(*row) for row in await session.execute(query)]


async def delete_share(session: AsyncSession, run_id: UUID, share_id: UUID) -> bool:
    """End a link. False when the run has none of this id."""
    gone = delete(ReportShareRow).where(ReportShareRow.id == share_id, ReportShareRow.run_id == run_id)
    return (await session.scalars(gone.returning(ReportShareRow.id))).one_or_none() is not None


async def find_shared_run(session: AsyncSession, token_sha256: bytes, now: datetime) -> SharedRunKey | None:
    """Which run a link that works leads to. None for every other."""
    query = (
        select(RunRow.id, RunRow.owner_id, ReportShareRow.expires_at)
        .join(RunRow, RunRow.id == ReportShareRow.run_id)
        .where(ReportShareRow.token_sha256 == token_sha256, ReportShareRow.expires_at > now)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else SharedRunKey(*row)
