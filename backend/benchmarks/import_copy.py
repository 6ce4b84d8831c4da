"""Importing a CSV of 1,000,000 rows in the worker against a bare COPY of the same rows, in one run.

The bare COPY is the quickest that PostgreSQL offers: the server itself parses the very same CSV text into a
table of a row per bar with a primary key on instrument and time. The import is the product's: claim the job,
fetch the file's chunks from the database, understand and check every row, merge into pages, write the figures
of lists, commit.

    python -m benchmarks.import_copy [--rows 1000000] [--rounds 3]        from `backend/`
"""

from __future__ import annotations

import argparse
import asyncio
import io
import statistics
import time

import asyncpg

from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.core.logging import configure_logging
from app.engine.intervals import Interval
from app.market import jobs
from app.market.domain import ImportForm, Scope, StoredImport, Viewer
from app.market.import_service import get_import, keep_file
from benchmarks.market_data import make_minute_bars, running_installation, write_csv

TARGET_RATIO = 0.8
_TABLE = """
    CREATE TABLE bars_by_row (
        instrument_id integer NOT NULL DEFAULT 1, time timestamptz NOT NULL, open double precision NOT NULL,
        high double precision NOT NULL, low double precision NOT NULL, close double precision NOT NULL,
        volume double precision NOT NULL, PRIMARY KEY (instrument_id, time)
    )
"""
_COLUMNS = ["time", "open", "high", "low", "close", "volume"]


async def copy_rows(settings: Settings, file: bytes) -> float:
    """Seconds of a bare COPY."""
    connection = await asyncpg.connect(settings.database_dsn, server_settings={"timezone": "UTC"})
    try:
        await connection.execute("DROP TABLE IF EXISTS bars_by_row")
        await connection.execute(_TABLE)
        started = time.perf_counter()
        await connection.copy_to_table(
            "bars_by_row", source=io.BytesIO(file), columns=_COLUMNS, format="csv", header=True
        )
        return time.perf_counter() - started
    finally:
        await connection.close()


async def run_import(databases: Databases, file: bytes, symbol: str) -> tuple[float, StoredImport]:
    """Seconds of the worker's job, from taking it to its commit; and what became of it."""
    viewer, form = Viewer(None), ImportForm(symbol=symbol, interval=Interval.MIN_1, scope=Scope.INSTALLATION)
    async with databases.main.session() as session:
        import_id = await keep_file(session, None, form, io.BytesIO(file), "bars.csv")
    started = time.perf_counter()
    await jobs.run_import_job(databases, SystemClock(), import_id)
    seconds = time.perf_counter() - started
    async with databases.main.session() as session:
        return seconds, await get_import(session, viewer, import_id)


async def compare(settings: Settings, rows: int, rounds: int) -> float:
    """Both, turn about; the ratio of their medians."""
    file = write_csv(*make_minute_bars(rows))
    print(f"{rows:,} rows, {len(file) / 1e6:.1f} MB")
    databases = Databases.from_settings(settings)
    copies, imports = [], []
    for number in range(rounds):
        copies.append(await copy_rows(settings, file))
        seconds, done = await run_import(databases, file, f"B{number}")
        assert done.counts.inserted == rows, done
        imports.append(seconds)
        print(
            f"round {number + 1}: COPY {rows / copies[-1]:,.0f} rows/s, import {rows / seconds:,.0f} rows/s"
        )
    seconds, again = await run_import(databases, file, "B0")
    assert (again.counts.unchanged, again.counts.inserted, again.counts.updated) == (rows, 0, 0), again
    print(f"the same file again: {rows / seconds:,.0f} rows/s, all unchanged")
    await databases.dispose()
    return statistics.median(copies) / statistics.median(imports)


def main() -> None:
    """Print the figures and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    configure_logging("WARNING")
    with running_installation() as settings:
        ratio = asyncio.run(compare(settings, options.rows, options.rounds))
    print(f"import / COPY = {ratio:.2f} in rows/s, wanted ≥ {TARGET_RATIO}")


if __name__ == "__main__":
    main()
