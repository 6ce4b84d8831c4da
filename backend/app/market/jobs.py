"""What the worker does for an import: claim it, read the file, merge its bars and write what became of it.

This file alone in the room reaches the CSV reader and the calendars; the API process never imports it.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.core.database import Database, Databases
from app.core.leased_work import recover_lost_work, work_under_lease
from app.core.leases import Attempt, AttemptSuperseded
from app.core.problems import is_database_away
from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS
from app.market import hole_repository, import_repository, repository, session_store
from app.market.bar_store import begin_long_transaction, lock_symbol
from app.market.calendars import find_bar_close, find_calendar
from app.market.columns import make_bars
from app.market.coverage import measure_coverage
from app.market.csv_files.reading import CsvReader, FileTerms, ReadFile
from app.market.domain import (
    EXCHANGE_CALENDARS,
    NO_CALENDAR,
    AssetClass,
    ClaimedImport,
    ImportCounts,
    ImportFailure,
    ImportForm,
    ImportRefused,
    ImportResult,
    Scope,
    SeriesHoles,
    StoredImport,
    Viewer,
)
from app.market.import_service import check_form, get_import, keep_file
from app.market.pages import PageDamaged
from app.market.service import list_bar_times, store_bars

log = structlog.get_logger(__name__)

# How often a running attempt renews its lease and tells its progress.
BEAT_SECONDS = 1.0
# Reading is this much of the work, writing the rest.
_READING_SHARE = 0.7

# A series that fills changes with every page: it is measured this often at most.
_JUDGE_AGAIN = timedelta(seconds=20)

_WORKER_LOST = (
    "The worker was lost each time it worked on this file. Nothing of it was kept. Try a smaller file."
)
_UNEXPECTED = ImportFailure("internal_error", "Something went wrong on our side. The fault was logged.")


async def run_import_job(databases: Databases, clock: Clock, import_id: UUID) -> None:
    """Do an import, if it is there to be had: a job that is delivered twice finds nothing to do.

    Raises only when the database is away; then the lease runs out and another attempt begins.
    """
    database = databases.main
    async with database.session() as session:
        claimed = await import_repository.claim_import(session, import_id)
    if claimed is None:
        return
    async with work_under_lease(database, import_repository.IMPORTS, claimed, BEAT_SECONDS) as attempt:
        await _import(database, clock, claimed, attempt)


async def recover_lost_imports(session: AsyncSession) -> None:
    """Put imports whose worker is gone back in the queue; end those that were lost too often."""
    ended = await recover_lost_work(session, import_repository.IMPORTS, _WORKER_LOST)
    await import_repository.delete_chunks(session, ended)


async def import_file(
    databases: Databases, clock: Clock, viewer: Viewer, form: ImportForm, file: BinaryIO, file_name: str
) -> StoredImport:
    """Import a file here and now, for the command line and the demo: the same path without the queue."""
    check_form(viewer, form)
    async with databases.main.session() as session:
        import_id = await keep_file(session, viewer.user_id, form, file, file_name)
    await run_import_job(databases, clock, import_id)
    async with databases.main.session() as session:
        return await get_import(session, viewer, import_id)


async def store_calendars(databases: Databases, clock: Clock, *, anew: bool = False) -> None:
    """Store the sessions of the calendars that instruments name, up to the end of the coming year, where they
    are not stored yet. `anew`: all of them, since a newer library may know other holidays.
    """
    database = databases.main
    next_year = clock.now().year + 1
    async with database.session() as session:
        wanted = await session_store.list_calendars_in_use(session) & set(EXCHANGE_CALENDARS)
        known = set() if anew else await session_store.list_stored_calendars(session, next_year - 1)
    for name in sorted(wanted - known):
        calendar = await asyncio.to_thread(find_calendar, name)
        if calendar is None:
            continue
        end = int(datetime(next_year + 1, 1, 1, tzinfo=UTC).timestamp()) - 1
        sessions = calendar.sessions(-(2**62), end)
        async with database.session() as session:
            await session_store.write_sessions(session, name, sessions)
        log.info("calendar_stored", calendar=name, sessions=len(sessions))


async def judge_series(databases: Databases, clock: Clock, limit: int = 20) -> int:
    """Hold series whose bars changed against their calendars; how many were."""
    database, now = databases.main, clock.now()
    async with database.session() as session:
        found = await hole_repository.list_unjudged(session, now, _JUDGE_AGAIN, limit)
    for one in found:
        async with database.session() as session:
            times, revision = await list_bar_times(session, one.instrument_id, one.interval, -(2**62), 2**62)
        if revision == 0:
            continue
        holes = await asyncio.to_thread(_measure_holes, one, times, revision)
        # The series may have gone with its instrument since.
        with contextlib.suppress(IntegrityError):
            async with database.session() as session:
                await hole_repository.write_holes(session, one.instrument_id, one.interval, holes, now)
    return len(found)


def _measure_holes(series: hole_repository.UnjudgedSeries, times: Times, revision: int) -> SeriesHoles:
    calendar = find_calendar(series.calendar)
    if calendar is None or len(times) == 0:
        return SeriesHoles(revision, None, None, ())
    nothing = np.zeros(len(times))
    bars = make_bars(times, [nothing] * 5, series.interval, series.timezone)
    margin = series.interval.seconds + 3 * DAY_SECONDS
    sessions = calendar.sessions(int(times[0]) - margin, int(times[-1]) + margin)
    coverage = measure_coverage(bars, sessions)
    return SeriesHoles(revision, coverage.expected, coverage.missing, coverage.gaps)


async def _import(database: Database, clock: Clock, claimed: ClaimedImport, attempt: Attempt) -> None:
    try:
        read = await _read_file(database, clock, claimed, attempt)
        if len(read.bars) == 0:
            await _finish(database, claimed, _describe_useless(read))
        else:
            await _write(database, claimed, read)
    except ImportRefused as error:
        await _finish(database, claimed, ImportFailure(error.code, error.detail))
    except PageDamaged as error:
        log.exception("stored_bars_are_damaged", import_id=str(claimed.id))
        await _finish(database, claimed, ImportFailure(error.code, error.detail))
    except AttemptSuperseded:
        raise
    except Exception as error:
        if is_database_away(error):
            raise
        log.exception("import_failed", import_id=str(claimed.id))
        await _finish(database, claimed, _UNEXPECTED)


async def _read_file(database: Database, clock: Clock, claimed: ClaimedImport, attempt: Attempt) -> ReadFile:
    """Read the file's chunks from the database, a few at a time, in a thread beside the event loop."""
    form = claimed.form
    async with database.session() as session:
        calendar = await _find_calendar_name(session, claimed)
    terms = FileTerms(
        interval=form.interval,
        timezone=form.timezone,
        now=int(clock.now().timestamp()),
        date_format=form.date_format,
        find_close=partial(find_bar_close, calendar, form.interval),
    )
    reader = CsvReader(terms)
    number = read_bytes = 0
    while True:
        async with database.session() as session:
            chunks = await import_repository.read_chunks(session, claimed.id, number)
        if not chunks:
            break
        number += len(chunks)
        for chunk in chunks:
            await asyncio.to_thread(reader.feed, chunk)
            read_bytes += len(chunk)
        attempt.report(_READING_SHARE * read_bytes / max(claimed.size_bytes, 1))
    if read_bytes != claimed.size_bytes:
        # Cancelled or finished by another attempt since: its chunks are gone, and so is our claim.
        raise AttemptSuperseded
    return await asyncio.to_thread(reader.finish)


async def _find_calendar_name(session: AsyncSession, claimed: ClaimedImport) -> str | None:
    """The calendar that the instrument has, or will have once it is made."""
    form = claimed.form
    if form.calendar is not None:
        return None if form.calendar == NO_CALENDAR else form.calendar
    owner_id = _owner_of_bars(claimed)
    known = await repository.find_instrument_by_symbol(session, Viewer(owner_id), form.symbol)
    if known is not None and known.owner_id == owner_id:
        return known.calendar
    return (form.asset_class or AssetClass.OTHER).default_calendar


def _owner_of_bars(claimed: ClaimedImport) -> UUID | None:
    return None if claimed.form.scope is Scope.INSTALLATION else claimed.owner_id


async def _write(database: Database, claimed: ClaimedImport, read: ReadFile) -> None:
    """Bars, series, counts and status in one transaction, which holds only while the attempt does."""
    async with database.session() as session:
        connection = await begin_long_transaction(session)
        await lock_symbol(connection, _owner_of_bars(claimed), claimed.form.symbol)
        target = await repository.ensure_instrument(session, _owner_of_bars(claimed), claimed.form)
        merged = await store_bars(session, target.id, read.bars)
        counts = ImportCounts(
            rows_read=read.rows_read,
            inserted=merged.inserted,
            updated=merged.updated,
            unchanged=merged.unchanged + read.duplicates,
            rejected=read.rejected,
        )
        result = ImportResult(counts, read.problems, read.understood)
        if not await import_repository.finish_import(session, claimed, result, target.id):
            raise AttemptSuperseded
    log.info("import_done", import_id=str(claimed.id), symbol=claimed.form.symbol, rows=read.rows_read)


def _describe_useless(read: ReadFile) -> ImportFailure:
    first = read.problems[0]
    return ImportFailure(
        "no_usable_rows",
        f"None of the file's {read.rows_read:,} rows can be used. Line {first.line}: {first.reason}.",
        ImportCounts(rows_read=read.rows_read, rejected=read.rejected),
        read.problems,
        read.understood,
    )


async def _finish(database: Database, claimed: ClaimedImport, failure: ImportFailure) -> None:
    async with database.session() as session:
        if not await import_repository.finish_import(session, claimed, failure):
            raise AttemptSuperseded
    log.warning("import_refused", import_id=str(claimed.id), code=failure.code)
