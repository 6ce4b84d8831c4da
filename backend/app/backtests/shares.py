"""Links to reports: made by the owner, read by whoever has one, ended by time or by the owner."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import Share
from app.backtests.report_schemas import ShareCreated, SharedReport
from app.core.clock import Clock
from app.core.errors import ServiceUnavailable


async def create_share(
    session: AsyncSession, clock: Clock, user_id: UUID, run_id: UUID, days: int
) -> ShareCreated:
    """Make a link to a finished run. Raises RunNotFound, ResultNotReady, TooManyShares."""
    raise ServiceUnavailable


async def list_shares(session: AsyncSession, clock: Clock, user_id: UUID, run_id: UUID) -> Sequence[Share]:
    """A run's links that still work, newest first. Raises RunNotFound."""
    raise ServiceUnavailable


async def revoke_share(session: AsyncSession, user_id: UUID, run_id: UUID, share_id: UUID) -> None:
    """End a link. Raises RunNotFound, ShareNotFound."""
    raise ServiceUnavailable


async def read_shared_report(session: AsyncSession, clock: Clock, token: str) -> SharedReport:
    """The report behind a link. Raises ShareNotFound, whatever is wrong with the token."""
    raise ServiceUnavailable
