"""`GET /bars`: from a question to encoded bytes, past the ORM and, when nothing changed, past the bars as
well.

One small query says whose instrument a symbol means and at which revision its bars stand. An answer that was
encoded for that revision is sent again; it can never be stale, since every change of bars or splits makes a
new revision.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import brotli
import numpy as np
import orjson
import structlog

from app.core.clock import Clock
from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market import repository
from app.market.bar_reading import BarsWanted, read_bars
from app.market.domain import (
    Adjustment,
    InstrumentNotFound,
    Split,
    StoredSeries,
    Viewer,
    choose_source_interval,
    normalize_symbol,
)
from app.market.pages import PageDamaged
from app.market.schemas import BarsFormat

log = structlog.get_logger(__name__)

CACHE_BYTES = 16 * 1024 * 1024
_MAX_CACHED_BYTES = 2 * 1024 * 1024
_MIN_COMPRESSED_BYTES = 2048
_BARS_IN_TURN = 2_000
_BROTLI_QUALITY, _GZIP_LEVEL = 4, 1


@dataclass(frozen=True, slots=True)
class BarsQuery:
    """What is asked: bars with start ≤ time < end (unix s), the newest `limit` of them."""

    symbol: str
    interval: Interval
    start: int | None
    end: int | None
    limit: int
    adjust: Adjustment
    format: BarsFormat


@dataclass(frozen=True, slots=True)
class Answer:
    """An encoded answer. `expires` (unix s): from then on it has to be made anew; None: never."""

    body: bytes
    encoding: str | None
    tag: str
    expires: int | None = None


class AnswerCache:
    """Encoded answers, the least used leaving first when together they pass a number of bytes."""

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def find(self, key: Hashable, now: int) -> Answer | None:
        """The answer under a key, unless its time is over."""
        answer = self._answers.get(key)
        if answer is None or (answer.expires is not None and answer.expires <= now):
            return None
        self._answers.move_to_end(key)
        return answer

    def keep(self, key: Hashable, answer: Answer) -> None:
        """Remember an answer, if it is not too large."""
        if len(answer.body) > min(_MAX_CACHED_BYTES, self._max_bytes):
            return
        former = self._answers.pop(key, None)
        self._bytes += len(answer.body) - (len(former.body) if former else 0)
        self._answers[key] = answer
        while self._bytes > self._max_bytes:
            _key, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)


class BarAnswers:
    """Answers `GET /bars`."""

    def __init__(self, pool: asyncpg.Pool, cache: AnswerCache, clock: Clock) -> None:
        self._pool = pool
        self._cache = cache
        self._clock = clock

    async def answer(self, query: BarsQuery, viewer: Viewer, accepted_encodings: str) -> Answer:
        """The bars, encoded. Raises InvalidSymbol, InstrumentNotFound, IntervalNotAvailable."""
        encoding = _choose_encoding(accepted_encodings)
        symbol = normalize_symbol(query.symbol)
        found = await repository.find_stored_series(self._pool, viewer, symbol)
        if found is None:
            raise InstrumentNotFound(f"There is no instrument {symbol}.")
        source = choose_source_interval(query.interval, tuple(found.revisions))
        now = int(self._clock.now().timestamp())
        key = (
            found.id,
            source,
            found.revisions[source],
            found.splits_revision if query.adjust is Adjustment.SPLITS else None,
            found.timezone,
            found.calendar,
            query.interval,
            query.start,
            query.end,
            query.limit,
            query.adjust,
            query.format,
            encoding,
        )
        known = self._cache.find(key, now)
        if known is not None:
            return known
        try:
            bars, expires = await self._read(query, found, source, now)
        except PageDamaged:
            log.error("stored_bars_are_damaged", instrument_id=str(found.id), symbol=found.symbol)
            raise
        # orjson writes columns in no time; what goes bar by bar through Python must not hold others up.
        if query.format is BarsFormat.COLUMNS or len(bars) <= _BARS_IN_TURN:
            body = _write(bars, found.symbol, query)
        else:
            body = await asyncio.to_thread(_write, bars, found.symbol, query)
        if encoding is not None and len(body) >= _MIN_COMPRESSED_BYTES:
            body = await asyncio.to_thread(_compress, body, encoding)
        else:
            encoding = None
        tag = hashlib.blake2b(repr((key, expires)).encode(), digest_size=12).hexdigest()
        answer = Answer(body, encoding, f'W/"{tag}"', expires)
        self._cache.keep(key, answer)
        return answer

    async def _read(
        self, query: BarsQuery, found: StoredSeries, source: Interval, now: int
    ) -> tuple[Bars, int | None]:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            splits: list[Split] = []
            if query.adjust is Adjustment.SPLITS and found.splits_revision:
                splits = await repository.read_splits(connection, found.id)
            wanted = BarsWanted(
                found.id,
                source,
                query.interval,
                found.timezone,
                found.calendar,
                now,
                start=query.start,
                end=query.end,
                limit=query.limit,
                splits=splits,
            )
            read = await read_bars(connection, wanted)
        return read.bars, read.expires


def _write(bars: Bars, symbol: str, query: BarsQuery) -> bytes:
    if query.format is BarsFormat.CSV:
        return _write_csv(bars)
    names = ("open", "high", "low", "close", "volume")
    head = {"symbol": symbol, "interval": query.interval.value}
    if query.format is BarsFormat.COLUMNS:
        columns = {
            name: np.ascontiguousarray(column) for name, column in zip(names, bars.columns(), strict=True)
        }
        document = {**head, "time": np.ascontiguousarray(bars.time), **columns}
        return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    rows = zip(bars.time.tolist(), *(column.tolist() for column in bars.columns()), strict=True)
    items = [dict(zip(("time", *names), row, strict=True)) for row in rows]
    return orjson.dumps({**head, "items": items})


def _write_csv(bars: Bars) -> bytes:
    """With dates from 1day on, instants in UTC within the day: what an import reads back unchanged."""
    form = "%Y-%m-%dT%H:%M:%SZ" if bars.interval.is_intraday else "%Y-%m-%d"
    lines = ["time,open,high,low,close,volume"]
    columns = (column.tolist() for column in bars.columns())
    for time, opening, high, low, close, volume in zip(bars.time.tolist(), *columns, strict=True):
        shown = datetime.fromtimestamp(time, UTC).strftime(form)
        lines.append(
            f"{shown},{opening!r},{high!r},{low!r},{close!r},{'' if volume != volume else repr(volume)}"
        )
    return ("\n".join(lines) + "\n").encode()


def _choose_encoding(accepted: str) -> str | None:
    """`br` or `gzip` where the client takes it. Weights are read only as far as a refusal goes."""
    offered = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        offered[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offered.get(name)), None)


def _compress(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.compress(body, _GZIP_LEVEL)
    compressed: bytes = brotli.compress(body, quality=_BROTLI_QUALITY)
    return compressed
