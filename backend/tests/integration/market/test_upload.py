"""Keeping an uploaded file, however long the sender and the database take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import text

from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import import_repository
from app.market.domain import ImportForm


async def test_a_large_file_may_take_longer_than_any_other_statement(databases: Databases) -> None:
    async def arrive_slowly() -> AsyncIterator[bytes]:
        for _ in range(3):
            await asyncio.sleep(0.2)
            yield b"1,2,3\n"

    async with databases.main.session() as session:
        await session.execute(text("SET LOCAL statement_timeout = '300ms'"))
        import_id = await import_repository.insert_import(
            session,
            None,
            ImportForm("SLOW", Interval.DAY_1),
            file_name=None,
            size_bytes=18,
            file_sha256=b"\x00" * 32,
        )
        await import_repository.write_chunks(session, import_id, arrive_slowly())
    async with databases.main.session() as session:
        assert len(await import_repository.read_chunks(session, import_id, 0)) == 3
        timeout = (await session.execute(text("SHOW statement_timeout"))).scalar_one()
    assert timeout == "30s"
