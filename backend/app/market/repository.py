"""Queries on instruments, what is stored of them, and their splits. Each is scoped to who asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, delete, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.engine.intervals import Interval
from app.market.domain import (
    NO_CALENDAR,
    AssetClass,
    EnsuredInstrument,
    ImportForm,
    ImportStatus,
    Instrument,
    InstrumentFilter,
    NewInstrument,
    Scope,
    Series,
    Split,
    StoredSeries,
    Viewer,
)
from app.market.tables import ImportRow, InstrumentRow, SeriesRow, SplitRow

# `GET /bars` asks these straight over asyncpg: the ORM would cost more than the bars.
_FIND_SERIES = """
    SELECT i.id, i.symbol, i.timezone, i.calendar, i.splits_revision, s."interval", s.revision
    FROM instruments i LEFT JOIN series s ON s.instrument_id = i.id
    WHERE i.symbol = $1 AND (i.owner_id IS NULL OR i.owner_id = $2)
    ORDER BY i.owner_id NULLS LAST
"""
_SPLITS = "SELECT effective_on, ratio FROM splits WHERE instrument_id = $1 ORDER BY effective_on"


async def find_stored_series(pool: asyncpg.Pool, viewer: Viewer, symbol: str) -> StoredSeries | None:
    """What a symbol means to who asks, with what is stored of it: one's own before the installation's."""
    rows = await pool.fetch(_FIND_SERIES, symbol, viewer.user_id)
    if not rows:
        return None
    first = rows[0]
    revisions = {
        Interval(row["interval"]): row["revision"]
        for row in rows
        if row["id"] == first["id"] and row["interval"] is not None
    }
    return StoredSeries(
        first["id"],
        first["symbol"],
        first["timezone"],
        first["calendar"],
        first["splits_revision"],
        revisions,
    )


async def read_splits(connection: asyncpg.Connection, instrument_id: UUID) -> list[Split]:
    """The splits of an instrument, oldest first."""
    return [Split(*row) for row in await connection.fetch(_SPLITS, instrument_id)]


def _visible_to(viewer: Viewer) -> ColumnElement[bool]:
    everyones = InstrumentRow.owner_id.is_(None)
    return everyones if viewer.user_id is None else or_(everyones, InstrumentRow.owner_id == viewer.user_id)


async def list_instruments(
    session: AsyncSession,
    viewer: Viewer,
    wanted: InstrumentFilter,
    limit: int,
    after: tuple[str, UUID] | None,
) -> list[Instrument]:
    """Instruments in the order of their symbols, with series and splits: three statements, however many."""
    query = select(InstrumentRow).where(_visible_to(viewer))
    if wanted.query:
        query = query.where(
            or_(
                InstrumentRow.symbol.icontains(wanted.query, autoescape=True),
                InstrumentRow.name.icontains(wanted.query, autoescape=True),
            )
        )
    if wanted.asset_class is not None:
        query = query.where(InstrumentRow.asset_class == wanted.asset_class.value)
    if wanted.scope is not None:
        is_private = wanted.scope is Scope.PRIVATE
        query = query.where(
            InstrumentRow.owner_id.is_not(None) if is_private else InstrumentRow.owner_id.is_(None)
        )
    if after is not None:
        query = query.where(tuple_(InstrumentRow.symbol, InstrumentRow.id) > after)
    query = query.order_by(InstrumentRow.symbol, InstrumentRow.id).limit(limit)
    return await _complete(session, (await session.scalars(query)).all())


async def find_instrument(session: AsyncSession, viewer: Viewer, instrument_id: UUID) -> Instrument | None:
    """An instrument that who asks may see."""
    query = select(InstrumentRow).where(InstrumentRow.id == instrument_id, _visible_to(viewer))
    found = await _complete(session, (await session.scalars(query)).all())
    return found[0] if found else None


async def list_instruments_by_id(
    session: AsyncSession, viewer: Viewer | None, instrument_ids: Sequence[UUID]
) -> list[Instrument]:
    """Those of the instruments that who asks may see, in no order: three statements. None as viewer: all."""
    query = select(InstrumentRow).where(InstrumentRow.id.in_(instrument_ids))
    if viewer is not None:
        query = query.where(_visible_to(viewer))
    return await _complete(session, (await session.scalars(query)).all())


async def list_instruments_by_symbol(
    session: AsyncSession, viewer: Viewer, symbols: Sequence[str]
) -> list[Instrument]:
    """What each symbol means to who asks, as far as there is such a thing: three statements."""
    query = (
        select(InstrumentRow)
        .where(InstrumentRow.symbol.in_(symbols), _visible_to(viewer))
        .ext(distinct_on(InstrumentRow.symbol))
        .order_by(InstrumentRow.symbol, InstrumentRow.owner_id.nulls_last())
    )
    return await _complete(session, (await session.scalars(query)).all())


async def find_visible_ids(
    session: AsyncSession, viewer: Viewer, instrument_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of the instruments that who asks may see."""
    query = select(InstrumentRow.id).where(InstrumentRow.id.in_(instrument_ids), _visible_to(viewer))
    return frozenset(await session.scalars(query))


async def find_instrument_by_symbol(session: AsyncSession, viewer: Viewer, symbol: str) -> Instrument | None:
    """The instrument of a symbol: one's own before the installation's."""
    query = (
        select(InstrumentRow)
        .where(InstrumentRow.symbol == symbol, _visible_to(viewer))
        .order_by(InstrumentRow.owner_id.nulls_last())
        .limit(1)
    )
    found = await _complete(session, (await session.scalars(query)).all())
    return found[0] if found else None


async def read_states(session: AsyncSession, instrument_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The revisions of an instrument's splits and series as one text: it changes when one of them does."""
    series = func.string_agg(
        func.concat_ws(":", SeriesRow.interval, SeriesRow.revision, SeriesRow.bar_count), literal(",")
    )
    query = (
        select(InstrumentRow.id, func.concat_ws(";", InstrumentRow.splits_revision, series))
        .join(SeriesRow, SeriesRow.instrument_id == InstrumentRow.id, isouter=True)
        .where(InstrumentRow.id.in_(instrument_ids))
        .group_by(InstrumentRow.id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def _complete(session: AsyncSession, rows: Sequence[InstrumentRow]) -> list[Instrument]:
    """Add what is stored and the splits, for all rows at once."""
    ids = [row.id for row in rows]
    series: dict[UUID, list[Series]] = {one: [] for one in ids}
    splits: dict[UUID, list[Split]] = {one: [] for one in ids}
    if ids:
        stored = select(SeriesRow).where(SeriesRow.instrument_id.in_(ids))
        for one in await session.scalars(stored):
            series[one.instrument_id].append(_read_series(one))
        known = select(SplitRow).where(SplitRow.instrument_id.in_(ids)).order_by(SplitRow.effective_on)
        for split in await session.scalars(known):
            splits[split.instrument_id].append(Split(split.effective_on, split.ratio))
    return [_read_instrument(row, series[row.id], splits[row.id]) for row in rows]


def _read_series(row: SeriesRow) -> Series:
    return Series(
        interval=Interval(row.interval),
        bar_count=row.bar_count,
        first_at=row.first_at,
        last_at=row.last_at,
        sparkline_times=row.sparkline_times,
        sparkline=row.sparkline,
        revision=row.revision,
    )


def _read_instrument(row: InstrumentRow, series: Sequence[Series], splits: Sequence[Split]) -> Instrument:
    return Instrument(
        id=row.id,
        owner_id=row.owner_id,
        symbol=row.symbol,
        name=row.name,
        exchange=row.exchange,
        asset_class=AssetClass(row.asset_class),
        currency=row.currency,
        timezone=row.timezone,
        calendar=row.calendar,
        splits_revision=row.splits_revision,
        series=tuple(series),
        splits=tuple(splits),
    )


async def lock_instrument(session: AsyncSession, instrument_id: UUID) -> str | None:
    """Until the transaction ends, let nobody else write bars or splits of an instrument; its time zone."""
    query = select(InstrumentRow.timezone).where(InstrumentRow.id == instrument_id)
    timezone: str | None = await session.scalar(query.with_for_update(key_share=True))
    return timezone


async def find_revision(session: AsyncSession, instrument_id: UUID, interval: Interval) -> int:
    """The revision of a series, 0 where nothing is stored."""
    query = select(SeriesRow.revision).where(
        SeriesRow.instrument_id == instrument_id, SeriesRow.interval == interval.value
    )
    return await session.scalar(query) or 0


async def list_splits(session: AsyncSession, instrument_id: UUID) -> list[Split]:
    """The splits of an instrument, oldest first."""
    query = select(SplitRow).where(SplitRow.instrument_id == instrument_id).order_by(SplitRow.effective_on)
    return [Split(row.effective_on, row.ratio) for row in await session.scalars(query)]


async def update_instrument(
    session: AsyncSession, instrument_id: UUID, values: Mapping[str, str | None]
) -> None:
    """Set some fields of an instrument."""
    await session.execute(update(InstrumentRow).where(InstrumentRow.id == instrument_id).values(**values))


async def delete_instrument(session: AsyncSession, instrument_id: UUID) -> None:
    """Remove an instrument with its bars and splits."""
    await session.execute(delete(InstrumentRow).where(InstrumentRow.id == instrument_id))


async def replace_splits(session: AsyncSession, instrument_id: UUID, splits: Mapping[date, float]) -> None:
    """Make these the splits of an instrument."""
    locked = (
        update(InstrumentRow)
        .where(InstrumentRow.id == instrument_id)
        .values(splits_revision=InstrumentRow.splits_revision + 1)
    )
    await session.execute(locked)
    await session.execute(delete(SplitRow).where(SplitRow.instrument_id == instrument_id))
    if splits:
        rows = [
            {"instrument_id": instrument_id, "effective_on": on, "ratio": ratio}
            for on, ratio in splits.items()
        ]
        await session.execute(insert(SplitRow), rows)


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """The instrument that an import writes to."""

    id: UUID
    timezone: str


async def ensure_instrument(session: AsyncSession, owner_id: UUID | None, form: ImportForm) -> ImportTarget:
    """The instrument that an import writes to, made when it is not there, and locked against other imports.

    Of one that is there, only what the form says outright is changed.
    """
    asset_class = form.asset_class or AssetClass.OTHER
    calendar = None if form.calendar == NO_CALENDAR else form.calendar
    fresh = (
        postgresql_insert(InstrumentRow)
        .values(
            owner_id=owner_id,
            symbol=form.symbol,
            name=form.name or form.symbol,
            exchange=form.exchange,
            asset_class=asset_class.value,
            currency=form.currency,
            timezone=form.timezone,
            calendar=asset_class.default_calendar if form.calendar is None else calendar,
        )
        .on_conflict_do_nothing(index_elements=[InstrumentRow.owner_id, InstrumentRow.symbol])
        .returning(InstrumentRow.id)
    )
    made: UUID | None = (await session.execute(fresh)).scalar_one_or_none()
    if made is not None:
        return ImportTarget(made, form.timezone)
    same_owner = InstrumentRow.owner_id.is_not_distinct_from(owner_id)
    query = select(InstrumentRow.id, InstrumentRow.timezone)
    query = query.where(same_owner, InstrumentRow.symbol == form.symbol)
    known = (await session.execute(query.with_for_update(key_share=True))).one()
    said = {
        "name": form.name,
        "asset_class": form.asset_class and form.asset_class.value,
        "exchange": form.exchange,
        "currency": form.currency,
    }
    changes: dict[str, str | None] = {name: value for name, value in said.items() if value is not None}
    if form.calendar is not None:
        changes["calendar"] = calendar
    if changes:
        await update_instrument(session, known.id, changes)
    return ImportTarget(known.id, known.timezone)


async def add_instrument(
    session: AsyncSession, owner_id: UUID | None, wanted: NewInstrument
) -> EnsuredInstrument:
    """The owner's instrument of a symbol, made when it is not there, and locked against other writers."""
    fresh = (
        postgresql_insert(InstrumentRow)
        .values(
            owner_id=owner_id,
            symbol=wanted.symbol,
            name=wanted.name[:200] or wanted.symbol,
            exchange=wanted.exchange and wanted.exchange[:64],
            asset_class=wanted.asset_class.value,
            currency=wanted.currency and wanted.currency[:10],
            timezone=wanted.timezone,
            calendar=wanted.calendar,
        )
        .on_conflict_do_nothing(index_elements=[InstrumentRow.owner_id, InstrumentRow.symbol])
        .returning(InstrumentRow.id)
    )
    made: UUID | None = (await session.execute(fresh)).scalar_one_or_none()
    if made is not None:
        return EnsuredInstrument(made, True)
    query = select(InstrumentRow.id).where(
        InstrumentRow.owner_id.is_not_distinct_from(owner_id), InstrumentRow.symbol == wanted.symbol
    )
    known: UUID = (await session.execute(query.with_for_update(key_share=True))).scalar_one()
    return EnsuredInstrument(known, False)


async def count_rejected_rows(session: AsyncSession, instrument_id: UUID, interval: Interval) -> int:
    """Rejected rows of the files that these bars came from. A file that was imported again counts once."""
    latest = (
        select(ImportRow.rejected)
        .where(
            ImportRow.instrument_id == instrument_id,
            ImportRow.interval == interval.value,
            ImportRow.status == ImportStatus.SUCCEEDED.value,
        )
        .ext(distinct_on(ImportRow.file_sha256))
        .order_by(ImportRow.file_sha256, ImportRow.finished_at.desc())
    )
    return sum((await session.execute(latest)).scalars())
