"""Every query on the ledger of trials."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import SharpeMoments, Trial, TrialGround
from app.backtests.tables import TrialRow


async def upsert_trial(session: AsyncSession, owner_id: UUID, trial: Trial) -> None:
    """Write what was tried; the same again takes the place of the former, unless it is only a part of it."""
    moments = trial.moments
    figures = {
        "count": moments.count,
        "sharpe_count": moments.sharpe_count,
        "sharpe_mean": moments.mean,
        "sharpe_m2": moments.m2,
    }
    written = insert(TrialRow).values(
        owner_id=owner_id,
        family_hash=trial.ground.family_hash,
        market=trial.ground.market,
        interval=trial.ground.interval.value,
        fingerprint=trial.fingerprint,
        **figures,
    )
    again = written.on_conflict_do_update(
        constraint="uq_trials_once", set_=figures, where=TrialRow.count <= moments.count
    )
    await session.execute(again)


async def sum_other_trials(
    session: AsyncSession, owner_id: UUID, ground: TrialGround, fingerprint: str
) -> SharpeMoments:
    """The moments of everything an owner tried on a ground, but for what has this fingerprint.

    Groups are combined about the mean of the whole (Chan, Golub & LeVeque 1979), which loses no digits where
    the ratios lie close together.
    """
    others = (
        select(TrialRow.count, TrialRow.sharpe_count, TrialRow.sharpe_mean, TrialRow.sharpe_m2)
        .where(
            TrialRow.owner_id == owner_id,
            TrialRow.family_hash == ground.family_hash,
            TrialRow.market == ground.market,
            TrialRow.interval == ground.interval.value,
            TrialRow.fingerprint != fingerprint,
        )
        .cte("others")
    )
    weights = func.nullif(func.sum(others.c.sharpe_count), 0)
    whole = select((func.sum(others.c.sharpe_count * others.c.sharpe_mean) / weights).label("mean")).cte(
        "whole"
    )
    from_mean = others.c.sharpe_mean - whole.c.mean
    row = (
        await session.execute(
            select(
                func.coalesce(func.sum(others.c.count), 0),
                func.coalesce(func.sum(others.c.sharpe_count), 0),
                func.coalesce(func.max(whole.c.mean), 0.0),
                func.coalesce(
                    func.sum(others.c.sharpe_m2 + others.c.sharpe_count * from_mean * from_mean), 0.0
                ),
            ).select_from(others.join(whole, true()))
        )
    ).one()
    return SharpeMoments(int(row[0]), int(row[1]), float(row[2]), float(row[3]))
