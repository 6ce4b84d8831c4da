"""Queries on imports. What people ask is scoped to the owner; what workers write, by the attempt."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.leased_rows import WorkKind, finish_row, refuse_more_work
from app.core.leased_work import claim_work
from app.core.leases import Claim, WorkStatus
from app.engine.intervals import Interval
from app.market.bar_store import LONG_SECONDS, begin_long_transaction
from app.market.domain import (
    LEASE_SECONDS,
    MAXIMUM_UNFINISHED,
    TASK,
    AssetClass,
    ClaimedImport,
    ImportCounts,
    ImportFailure,
    ImportForm,
    ImportResult,
    ImportStatus,
    RowProblem,
    Scope,
    StoredImport,
    Viewer,
)
from app.market.tables import ImportChunkRow, ImportRow

IMPORTS = WorkKind(ImportRow, "import", TASK, LEASE_SECONDS)
_UNFINISHED = (ImportStatus.QUEUED.value, ImportStatus.RUNNING.value)
_CHUNKS_AT_ONCE = 4


async def refuse_more_imports(session: AsyncSession, owner_id: UUID | None) -> None:
    """Raise TooMuchUnfinished when the owner has MAXIMUM_UNFINISHED imports in the queue."""
    await refuse_more_work(session, IMPORTS, ImportRow.owner_id, owner_id, MAXIMUM_UNFINISHED)


async def insert_import(
    session: AsyncSession,
    owner_id: UUID | None,
    form: ImportForm,
    *,
    file_name: str | None,
    size_bytes: int,
    file_sha256: bytes,
) -> UUID:
    """Write a queued import; its id."""
    fresh = (
        insert(ImportRow)
        .values(
            owner_id=owner_id,
            symbol=form.symbol,
            interval=form.interval.value,
            scope=form.scope.value,
            parameters=_write_form(form),
            file_name=file_name,
            size_bytes=size_bytes,
            file_sha256=file_sha256,
            status=ImportStatus.QUEUED.value,
        )
        .returning(ImportRow.id)
    )
    import_id: UUID = (await session.execute(fresh)).scalar_one()
    return import_id


async def write_chunks(session: AsyncSession, import_id: UUID, chunks: AsyncIterable[bytes]) -> None:
    """Keep an uploaded file, in the session's transaction."""

    async def records() -> Any:
        number = 0
        async for data in chunks:
            yield import_id, number, data
            number += 1

    connection = await begin_long_transaction(session)
    await connection.copy_records_to_table(
        ImportChunkRow.__tablename__,
        records=records(),
        columns=("import_id", "number", "data"),
        timeout=LONG_SECONDS,
    )


async def read_chunks(session: AsyncSession, import_id: UUID, first: int) -> Sequence[bytes]:
    """A few chunks of a file from number `first` on; none at its end."""
    query = (
        select(ImportChunkRow.data)
        .where(ImportChunkRow.import_id == import_id, ImportChunkRow.number >= first)
        .order_by(ImportChunkRow.number)
        .limit(_CHUNKS_AT_ONCE)
    )
    return (await session.scalars(query)).all()


async def find_import(session: AsyncSession, viewer: Viewer, import_id: UUID) -> StoredImport | None:
    """An import of one's own; the installation's for admins."""
    query = select(ImportRow).where(ImportRow.id == import_id, _belongs_to(viewer))
    row = (await session.scalars(query)).one_or_none()
    return None if row is None else _read_import(row)


async def list_imports(
    session: AsyncSession, viewer: Viewer, limit: int, before: UUID | None
) -> list[StoredImport]:
    """One's own imports, newest first."""
    query = select(ImportRow).where(_belongs_to(viewer))
    if before is not None:
        query = query.where(ImportRow.id < before)
    rows = await session.scalars(query.order_by(ImportRow.id.desc()).limit(limit))
    return [_read_import(row) for row in rows]


def _belongs_to(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.user_id is None:
        return ImportRow.owner_id.is_(None)
    own = ImportRow.owner_id == viewer.user_id
    return own | (ImportRow.scope == Scope.INSTALLATION.value) if viewer.is_admin else own


async def cancel_import(session: AsyncSession, import_id: UUID) -> bool:
    """End an import that is not over. A worker that is at it finds that it has lost it."""
    cancelled = (
        update(ImportRow)
        .where(ImportRow.id == import_id, ImportRow.status.in_(_UNFINISHED))
        .values(status=ImportStatus.CANCELLED.value, lease_until=None, finished_at=func.now())
        .returning(ImportRow.id)
    )
    if (await session.execute(cancelled)).scalar_one_or_none() is None:
        return False
    await delete_chunks(session, [import_id])
    return True


async def claim_import(session: AsyncSession, import_id: UUID) -> ClaimedImport | None:
    """Take an import under a new attempt; None when it is not to be had."""
    row = await claim_work(session, IMPORTS, import_id)
    if row is None:
        return None
    return ClaimedImport(row.id, row.attempt, row.owner_id, _read_form(row), row.size_bytes)


async def finish_import(
    session: AsyncSession,
    claim: Claim,
    outcome: ImportResult | ImportFailure,
    instrument_id: UUID | None = None,
) -> bool:
    """Write what became of an import and let go of its file. False for a late attempt: nothing is written."""
    status = WorkStatus.SUCCEEDED
    values: dict[str, Any] = {
        "rows_read": outcome.counts.rows_read,
        "inserted": outcome.counts.inserted,
        "updated": outcome.counts.updated,
        "unchanged": outcome.counts.unchanged,
        "rejected": outcome.counts.rejected,
        "problems": [{"line": one.line, "reason": one.reason} for one in outcome.problems],
        "understood": outcome.understood,
        "instrument_id": instrument_id,
    }
    if isinstance(outcome, ImportFailure):
        status = WorkStatus.FAILED
        values |= {"error_code": outcome.code, "error_detail": outcome.detail}
    if not await finish_row(session, IMPORTS, claim, status, values):
        return False
    await delete_chunks(session, [claim.id])
    return True


async def delete_chunks(session: AsyncSession, import_ids: Sequence[UUID]) -> None:
    """Let go of the files of imports that are over."""
    if import_ids:
        await session.execute(delete(ImportChunkRow).where(ImportChunkRow.import_id.in_(import_ids)))


def _write_form(form: ImportForm) -> dict[str, str]:
    said = {
        "timezone": form.timezone,
        "asset_class": form.asset_class and form.asset_class.value,
        "name": form.name,
        "calendar": form.calendar,
        "date_format": form.date_format,
        "exchange": form.exchange,
        "currency": form.currency,
    }
    return {name: value for name, value in said.items() if value is not None}


def _read_form(row: ImportRow) -> ImportForm:
    said = dict(row.parameters)
    asset_class = said.pop("asset_class", None)
    return ImportForm(
        symbol=row.symbol,
        interval=Interval(row.interval),
        scope=Scope(row.scope),
        asset_class=None if asset_class is None else AssetClass(asset_class),
        **said,
    )


def _read_import(row: ImportRow) -> StoredImport:
    counts = ImportCounts(row.rows_read, row.inserted, row.updated, row.unchanged, row.rejected)
    failure = None if row.error_code is None else ImportFailure(row.error_code, row.error_detail or "")
    return StoredImport(
        id=row.id,
        owner_id=row.owner_id,
        status=ImportStatus(row.status),
        form=_read_form(row),
        file_name=row.file_name,
        size_bytes=row.size_bytes,
        progress=row.progress,
        counts=counts,
        problems=tuple(RowProblem(one["line"], one["reason"]) for one in row.problems),
        understood=row.understood,
        failure=failure,
        instrument_id=row.instrument_id,
        attempt=row.attempt,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
