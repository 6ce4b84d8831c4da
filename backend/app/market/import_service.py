"""What can be done with imports: take a file on, look at how it goes, stop it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.leased_work import defer_work
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.market import import_repository as repository
from app.market.csv_files.layout import read_day_order
from app.market.domain import (
    ImportFinished,
    ImportForm,
    ImportNotFound,
    InstrumentReadOnly,
    Scope,
    StoredImport,
    Viewer,
)

CHUNK_BYTES = 1024 * 1024
_MAX_FILE_NAME_CHARS = 255


def check_form(viewer: Viewer, form: ImportForm) -> None:
    """Refuse what is known to fail before a byte is stored. Raises InstrumentReadOnly, InvalidImport."""
    if form.scope is Scope.INSTALLATION and viewer.user_id is not None and not viewer.is_admin:
        raise InstrumentReadOnly("Only admins import into the installation's instruments.")
    if form.date_format is not None:
        read_day_order(form.date_format)


async def start_import(
    session: AsyncSession, viewer: Viewer, form: ImportForm, file: BinaryIO, file_name: str | None
) -> StoredImport:
    """Keep the file and queue the work, in the session's transaction.

    Raises TooMuchUnfinished, and what `check_form` raises.
    """
    check_form(viewer, form)
    await repository.refuse_more_imports(session, viewer.user_id)
    import_id = await keep_file(session, viewer.user_id, form, file, file_name)
    await defer_work(session, repository.IMPORTS, import_id)
    return await get_import(session, viewer, import_id)


async def keep_file(
    session: AsyncSession, owner_id: UUID | None, form: ImportForm, file: BinaryIO, file_name: str | None
) -> UUID:
    """Write a queued import with its file in chunks; its id. Nobody is told of it yet."""
    digest, size_bytes = await asyncio.to_thread(_measure, file)
    import_id = await repository.insert_import(
        session,
        owner_id,
        form,
        file_name=_clean_file_name(file_name),
        size_bytes=size_bytes,
        file_sha256=digest,
    )
    await repository.write_chunks(session, import_id, _read_chunks(file))
    return import_id


def _measure(file: BinaryIO) -> tuple[bytes, int]:
    """SHA-256 and size of a file, which is at its start again afterwards."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while data := file.read(CHUNK_BYTES):
        digest.update(data)
        size += len(data)
    file.seek(0)
    return digest.digest(), size


async def _read_chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while data := await asyncio.to_thread(file.read, CHUNK_BYTES):
        yield data


def _clean_file_name(name: str | None) -> str | None:
    """The name as it may be stored and shown: its last part, printable."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(char for char in last if char.isprintable())
    return printable[:_MAX_FILE_NAME_CHARS] or None


async def get_import(session: AsyncSession, viewer: Viewer, import_id: UUID) -> StoredImport:
    """An import. Raises ImportNotFound."""
    stored = await repository.find_import(session, viewer, import_id)
    if stored is None:
        raise ImportNotFound
    return stored


async def list_imports(
    session: AsyncSession, viewer: Viewer, page: PageQuery
) -> tuple[list[StoredImport], str | None]:
    """Imports, newest first, and the cursor of the next page."""
    before = None
    if page.cursor is not None:
        before = decode_uuid_cursor(page.cursor)
    rows = await repository.list_imports(session, viewer, page.limit + 1, before)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def cancel_import(session: AsyncSession, viewer: Viewer, import_id: UUID) -> StoredImport:
    """End an import before it is over. Nothing of it is kept. Raises ImportNotFound, ImportFinished."""
    stored = await get_import(session, viewer, import_id)
    if not await repository.cancel_import(session, import_id):
        raise ImportFinished(f"The import has {stored.status.value}: there is nothing to cancel.")
    return await get_import(session, viewer, import_id)
