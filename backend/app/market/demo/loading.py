"""Puts the bundled bars into the installation's instruments, by the same path as any import."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from datetime import date
from importlib import resources

import structlog

from app.core.clock import Clock
from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import service
from app.market.domain import AssetClass, ImportForm, ImportStatus, Scope, Split, Viewer

log = structlog.get_logger(__name__)

_FILE = "us_stocks_daily.csv.gz"
_INSTALLATION = Viewer(None)


class DemoNotLoaded(Exception):
    """The bundled file could not be imported: the installation is broken."""


@dataclass(frozen=True, slots=True)
class _DemoStock:
    symbol: str
    name: str
    exchange: str
    splits: tuple[Split, ...] = ()


_STOCKS = (
    _DemoStock(
        "AAPL", "Apple Inc.", "NASDAQ", (Split(date(2000, 6, 21), 2.0), Split(date(2005, 2, 28), 2.0))
    ),
    _DemoStock("FB", "Facebook, Inc.", "NASDAQ"),
    _DemoStock("GOOG", "Google Inc.", "NASDAQ"),
    _DemoStock("IBM", "International Business Machines Corporation", "NYSE"),
    _DemoStock("MSFT", "Microsoft Corporation", "NASDAQ", (Split(date(2003, 2, 18), 2.0),)),
)


async def load_demo(databases: Databases, clock: Clock) -> list[str]:
    """Make the demo's instruments with their bars and splits; the symbols that were not there before.

    What is there stays as it is: somebody may have changed it. Raises DemoNotLoaded.
    """
    missing = [stock for stock in _STOCKS if not await _is_loaded(databases, stock.symbol)]
    if missing:
        tables = _cut_by_ticker()
        for stock in missing:
            await _load(databases, clock, stock, tables[stock.symbol])
    return [stock.symbol for stock in missing]


async def _is_loaded(databases: Databases, symbol: str) -> bool:
    async with databases.main.session() as session:
        instrument = await service.find_instrument(session, _INSTALLATION, symbol)
    return instrument is not None and Interval.DAY_1 in instrument.intervals


def _cut_by_ticker() -> dict[str, bytes]:
    """The file's lines by their first cell, each with the header."""
    packed = resources.files(__package__).joinpath(_FILE).read_bytes()
    header, *rows = gzip.decompress(packed).splitlines(keepends=True)
    tables: dict[str, list[bytes]] = {}
    for row in rows:
        tables.setdefault(row.partition(b",")[0].decode(), [header]).append(row)
    return {ticker: b"".join(lines) for ticker, lines in tables.items()}


async def _load(databases: Databases, clock: Clock, stock: _DemoStock, table: bytes) -> None:
    from app.market.jobs import import_file  # the CSV reader takes a second to load: only when there is work

    form = ImportForm(
        symbol=stock.symbol,
        interval=Interval.DAY_1,
        timezone="America/New_York",
        asset_class=AssetClass.STOCK,
        name=stock.name,
        scope=Scope.INSTALLATION,
        exchange=stock.exchange,
        currency="USD",
    )
    done = await import_file(databases, clock, _INSTALLATION, form, io.BytesIO(table), _FILE)
    if done.status is not ImportStatus.SUCCEEDED or done.instrument_id is None:
        raise DemoNotLoaded(f"{stock.symbol}: {done.failure.detail if done.failure else done.status}")
    async with databases.main.session() as session:
        await service.replace_splits(session, _INSTALLATION, done.instrument_id, stock.splits)
    log.info("demo_loaded", symbol=stock.symbol, bars=done.counts.inserted)
