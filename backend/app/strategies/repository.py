"""Every query on saved rules. Each is scoped to an owner: what belongs to somebody else is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.language import Parameter
from app.strategies.domain import RuleContent, Strategy, StrategyVersion
from app.strategies.tables import StrategyRow, StrategyVersionRow


def _visible_to(user_id: UUID) -> ColumnElement[bool]:
    return StrategyRow.owner_id == user_id


def _latest() -> Select[StrategyRow, StrategyVersionRow]:
    return select(StrategyRow, StrategyVersionRow).join(
        StrategyVersionRow,
        (StrategyVersionRow.strategy_id == StrategyRow.id)
        & (StrategyVersionRow.version == StrategyRow.version),
    )


async def insert_strategy(session: AsyncSession, owner_id: UUID, name: str, content: RuleContent) -> UUID:
    """Write a strategy and its first version; the id of it."""
    fresh = insert(StrategyRow).values(owner_id=owner_id, name=name, version=1).returning(StrategyRow.id)
    strategy_id: UUID = (await session.execute(fresh)).scalar_one()
    await _insert_version(session, strategy_id, 1, content)
    return strategy_id


async def _insert_version(
    session: AsyncSession, strategy_id: UUID, version: int, content: RuleContent
) -> None:
    await session.execute(
        insert(StrategyVersionRow).values(
            strategy_id=strategy_id,
            version=version,
            source=content.source,
            parameters=[_write_parameter(parameter) for parameter in content.parameters],
            outputs=list(content.outputs),
            lookback=content.lookback,
        )
    )


async def find_strategy(session: AsyncSession, user_id: UUID, strategy_id: UUID) -> Strategy | None:
    """A strategy at its latest version."""
    query = _latest().where(StrategyRow.id == strategy_id, _visible_to(user_id))
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _read_strategy(row[0], row[1])


async def find_strategy_at(
    session: AsyncSession, user_id: UUID, strategy_id: UUID, version: int
) -> Strategy | None:
    """A strategy at one of its versions."""
    query = (
        select(StrategyRow, StrategyVersionRow)
        .join(StrategyVersionRow, StrategyVersionRow.strategy_id == StrategyRow.id)
        .where(StrategyRow.id == strategy_id, StrategyVersionRow.version == version, _visible_to(user_id))
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _read_strategy(row[0], row[1])


async def list_strategies(
    session: AsyncSession, user_id: UUID, limit: int, before: UUID | None, words: str | None = None
) -> Sequence[Strategy]:
    """Newest first, those made before the strategy `before`, those with `words` in their name."""
    query = _latest().where(_visible_to(user_id)).order_by(StrategyRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(StrategyRow.id < before)
    if words:
        query = query.where(StrategyRow.name.icontains(words, autoescape=True))
    return [_read_strategy(strategy, version) for strategy, version in await session.execute(query)]


async def lock_strategy(session: AsyncSession, user_id: UUID, strategy_id: UUID) -> bool:
    """Hold the strategy's row until the transaction ends, so that versions are made one after the other."""
    query = select(StrategyRow.id).where(StrategyRow.id == strategy_id, _visible_to(user_id))
    return (await session.execute(query.with_for_update())).one_or_none() is not None


async def update_strategy(
    session: AsyncSession, strategy_id: UUID, name: str, version: int, content: RuleContent | None
) -> None:
    """Write a name and, with `content`, a new version. The row must be locked."""
    if content is not None:
        await _insert_version(session, strategy_id, version, content)
    change = update(StrategyRow).where(StrategyRow.id == strategy_id)
    await session.execute(change.values(name=name, version=version, updated_at=func.now()))


async def list_versions(
    session: AsyncSession, user_id: UUID, strategy_id: UUID, limit: int, before: int | None
) -> Sequence[StrategyVersion]:
    """Newest first, those older than `before`."""
    query = (
        select(StrategyVersionRow)
        .join(StrategyRow, StrategyRow.id == StrategyVersionRow.strategy_id)
        .where(StrategyRow.id == strategy_id, _visible_to(user_id))
        .order_by(StrategyVersionRow.version.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(StrategyVersionRow.version < before)
    return [
        StrategyVersion(row.version, row.source, _read_parameters(row.parameters), row.created_at)
        for row in await session.scalars(query)
    ]


async def delete_strategy(session: AsyncSession, user_id: UUID, strategy_id: UUID) -> bool:
    """Remove a strategy with its versions; False when there is none."""
    gone = delete(StrategyRow).where(StrategyRow.id == strategy_id, _visible_to(user_id))
    return (await session.execute(gone.returning(StrategyRow.id))).one_or_none() is not None


def _read_strategy(strategy: StrategyRow, version: StrategyVersionRow) -> Strategy:
    return Strategy(
        id=strategy.id,
        owner_id=strategy.owner_id,
        visibility=strategy.visibility,
        name=strategy.name,
        version=version.version,
        content=RuleContent(
            version.source, _read_parameters(version.parameters), tuple(version.outputs), version.lookback
        ),
        created_at=strategy.created_at,
        updated_at=strategy.updated_at,
    )


def _write_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "default": parameter.default,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "step": parameter.step,
    }


def _read_parameters(rows: Sequence[dict[str, Any]]) -> tuple[Parameter, ...]:
    return tuple(Parameter(row["name"], row["default"], row["min"], row["max"], row["step"]) for row in rows)
