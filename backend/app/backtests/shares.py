"""Links to reports: made by the owner, read by whoever has one, ended by time or by the owner.

A token is 192 random bits that are told once; kept is its SHA-256 alone, so that a copy of the database opens
no report. What is random enough needs no slow hash.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests import columns, reports, repository, service, share_repository
from app.backtests.domain import ResultNotReady, RunNotFound, RunStatus, Share, ShareNotFound, TooManyShares
from app.backtests.report_schemas import ShareCreated, SharedReport, SharedRun
from app.backtests.schemas import EquityRead, TradeColumns
from app.backtests.terms import write_terms
from app.backtests.turns import take_turn
from app.core.clock import Clock

TOKEN_BYTES = 24
MAXIMUM_SHARES = 20
# What a chart can show; a report of minutes over years would be hundreds of megabytes.
EQUITY_POINTS = 5_000
SHOWN_TRADES = 10_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


async def create_share(
    session: AsyncSession, clock: Clock, user_id: UUID, run_id: UUID, days: int
) -> ShareCreated:
    """Make a link to a finished run. Raises RunNotFound, ResultNotReady, TooManyShares."""
    # Held until the link is written: links made at once are counted one by one, and the run stays.
    status = await repository.lock_run(session, user_id, run_id)
    if status is None:
        raise RunNotFound
    if status is not RunStatus.SUCCEEDED:
        raise ResultNotReady("Only the report of a backtest that succeeded can be shared.")
    now = clock.now()
    if await share_repository.count_shares(session, run_id, now) >= MAXIMUM_SHARES:
        raise TooManyShares(f"The report has {MAXIMUM_SHARES} links that work. Revoke one of them first.")
    token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), now + timedelta(days=days)
    share_id = await share_repository.insert_share(session, run_id, _hash_token(token), now, expires_at)
    return ShareCreated(id=share_id, token=token, path=f"/shared/{token}", expires_at=expires_at)


async def list_shares(session: AsyncSession, clock: Clock, user_id: UUID, run_id: UUID) -> Sequence[Share]:
    """A run's links that still work, newest first. Raises RunNotFound."""
    await service.get_run(session, user_id, run_id)
    return await share_repository.list_shares(session, run_id, clock.now())


async def revoke_share(session: AsyncSession, user_id: UUID, run_id: UUID, share_id: UUID) -> None:
    """End a link. Raises RunNotFound, ShareNotFound."""
    await service.get_run(session, user_id, run_id)
    if not await share_repository.delete_share(session, run_id, share_id):
        raise ShareNotFound


async def read_shared_report(session: AsyncSession, clock: Clock, token: str) -> SharedReport:
    """The report behind a link. Raises ShareNotFound, whatever is wrong with the token."""
    if not _TOKEN.fullmatch(token):
        raise ShareNotFound
    key = await share_repository.find_shared_run(session, _hash_token(token), clock.now())
    if key is None:
        raise ShareNotFound
    run = await service.get_run(session, key.owner_id, key.run_id)
    async with take_turn(session):
        curve, trades = await reports.get_result(session, key.owner_id, key.run_id)
        tear_sheet = await reports.make_tear_sheet(run, curve, trades)
        shown = await asyncio.to_thread(columns.thin_out, curve, EQUITY_POINTS)
    return SharedReport(
        run=SharedRun.model_validate(
            {
                **write_terms(run.request),
                "status": run.status,
                "strategy_name": run.strategy_name,
                "parameters": run.request.parameters,
                "verdict": run.verdict,
                "metrics": run.metrics,
                "benchmark": run.benchmark,
                "created_at": run.created_at,
                "finished_at": run.finished_at,
            }
        ),
        equity=EquityRead.model_validate(columns.write_equity_columns(shown)),
        trades=TradeColumns.model_validate(
            columns.write_trade_columns(trades, run.request.instruments, SHOWN_TRADES)
        ),
        tear_sheet=tear_sheet,
        expires_at=key.expires_at,
    )


def _hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
