"""Queries on links, on what is kept fresh, and on descriptions of providers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import Interval
from app.feeds.domain import ProviderLink
from app.feeds.stored_facts import read_description, read_symbol, write_description, write_symbol
from app.feeds.tables import FedSeriesRow, ProviderDescriptionRow, ProviderLinkRow
from app.market.provider_facts import ProviderDescription, ProviderSymbol


@dataclass(frozen=True, slots=True)
class FedSeries:
    """How keeping a series fresh goes."""

    due_at: datetime
    refreshed_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class ProviderAnswers:
    """How asking a provider for all that it has went. `silent_since`: it has not answered since then."""

    answered_at: datetime | None
    silent_since: datetime | None


async def list_descriptions(session: AsyncSession) -> list[ProviderDescription]:
    """The providers that a worker knew when it started, in the order of their names."""
    query = select(ProviderDescriptionRow).order_by(ProviderDescriptionRow.name)
    return [read_description(row.facts) for row in await session.scalars(query)]


async def replace_descriptions(
    session: AsyncSession, descriptions: Collection[ProviderDescription], now: datetime
) -> None:
    """Make these the providers that are known."""
    known = {row.name: row for row in await session.scalars(select(ProviderDescriptionRow))}
    fresh = {one.name: one for one in descriptions}
    for name in known.keys() - fresh.keys():
        await session.delete(known[name])
    for one in fresh.values():
        values = {"name": one.name, "facts": write_description(one), "seen_at": now}
        statement = insert(ProviderDescriptionRow).values(values)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[ProviderDescriptionRow.name],
                set_={"facts": statement.excluded.facts, "seen_at": now},
            )
        )


async def list_answers(session: AsyncSession) -> dict[str, ProviderAnswers]:
    """How asking the providers went that a worker asks, by their names."""
    query = select(ProviderDescriptionRow)
    return {
        row.name: ProviderAnswers(row.answered_at, row.silent_since) for row in await session.scalars(query)
    }


async def note_answer(session: AsyncSession, name: str, now: datetime, *, is_silent: bool) -> None:
    """Keep whether a provider answered just now. The first of several silences is the one that is kept."""
    row = ProviderDescriptionRow
    values = (
        {"silent_since": func.coalesce(row.silent_since, now)}
        if is_silent
        else {"answered_at": now, "silent_since": None}
    )
    await session.execute(update(row).where(row.name == name).values(values))


async def find_links(session: AsyncSession, instrument_ids: Collection[UUID]) -> Mapping[UUID, ProviderLink]:
    """The links of instruments; those without one are left out."""
    if not instrument_ids:
        return {}
    query = select(ProviderLinkRow).where(ProviderLinkRow.instrument_id.in_(instrument_ids))
    return {row.instrument_id: _read_link(row) for row in await session.scalars(query)}


async def find_links_of(
    session: AsyncSession, symbols: Sequence[tuple[str, ProviderSymbol]], owner_id: UUID | None
) -> Sequence[ProviderLink]:
    """Links to some of providers' symbols: one user's, then the installation's."""
    if not symbols:
        return []
    query = select(ProviderLinkRow).where(
        ProviderLinkRow.provider.in_({name for name, _symbol in symbols}),
        ProviderLinkRow.code.in_({symbol.code for _name, symbol in symbols}),
        ProviderLinkRow.owner_id.is_(None) | (ProviderLinkRow.owner_id == owner_id),
    )
    rows = await session.scalars(query.order_by(ProviderLinkRow.owner_id.nulls_last()))
    return [_read_link(row) for row in rows]


async def add_link(session: AsyncSession, link: ProviderLink) -> None:
    """Link an instrument to a provider, in place of another link."""
    values = {
        "instrument_id": link.instrument_id,
        "provider": link.provider,
        "code": link.symbol.code,
        "mic_code": link.symbol.mic_code,
        "facts": write_symbol(link.symbol),
        "owner_id": link.owner_id,
        "added_by": link.added_by,
    }
    statement = insert(ProviderLinkRow).values(values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=[ProviderLinkRow.instrument_id]))


async def add_fed_series(
    session: AsyncSession, instrument_id: UUID, intervals: Collection[Interval], due_at: datetime
) -> None:
    """Keep these intervals of a linked instrument fresh from now on."""
    for interval in intervals:
        statement = insert(FedSeriesRow).values(
            instrument_id=instrument_id, interval=interval.value, due_at=due_at
        )
        await session.execute(statement.on_conflict_do_nothing())


async def list_fed_series(
    session: AsyncSession, instrument_ids: Collection[UUID]
) -> Mapping[tuple[UUID, Interval], FedSeries]:
    """What is kept fresh of instruments."""
    if not instrument_ids:
        return {}
    query = select(FedSeriesRow).where(FedSeriesRow.instrument_id.in_(instrument_ids))
    return {
        (row.instrument_id, Interval(row.interval)): FedSeries(row.due_at, row.refreshed_at, row.problem)
        for row in await session.scalars(query)
    }


async def want_fresh_bars(
    session: AsyncSession, instrument_id: UUID, now: datetime, refreshed_before: datetime | None = None
) -> bool:
    """Make what is kept fresh of an instrument due now; of it only what was not refreshed since, when a time
    is given. True when something was.
    """
    statement = (
        update(FedSeriesRow)
        .where(FedSeriesRow.instrument_id == instrument_id)
        .values(due_at=now, wanted_at=now)
        .returning(FedSeriesRow.interval)
    )
    if refreshed_before is not None:
        stale = FedSeriesRow.refreshed_at.is_(None) | (FedSeriesRow.refreshed_at < refreshed_before)
        statement = statement.where(stale, FedSeriesRow.due_at > now, FedSeriesRow.attempts == 0)
    return (await session.scalars(statement)).first() is not None


def _read_link(row: ProviderLinkRow) -> ProviderLink:
    return ProviderLink(
        row.instrument_id,
        row.provider,
        read_symbol(row.facts),
        row.owner_id,
        row.added_by,
        row.splits_problem,
    )
