"""The room's tables on the main database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import MainBase, created_at, uuid_pk
from app.core.leased_rows import LeasedWork
from app.engine.intervals import Interval
from app.market.domain import SYMBOL_PATTERN, AssetClass, ImportStatus, Scope
from app.market.pages import BYTES_PER_BAR, MAX_BARS_PER_PAGE


def _one_of(column: str, values: type[Interval | AssetClass | ImportStatus | Scope]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column.strip('"'))


class InstrumentRow(MainBase):
    """Something that is traded. No owner: it belongs to the installation."""

    __tablename__ = "instruments"

    id: Mapped[UUID] = uuid_pk()
    owner_id: Mapped[UUID | None]
    symbol: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    exchange: Mapped[str | None] = mapped_column(String(64))
    asset_class: Mapped[str] = mapped_column(String(16))
    currency: Mapped[str | None] = mapped_column(String(10))
    timezone: Mapped[str] = mapped_column(String(64))
    calendar: Mapped[str | None] = mapped_column(String(16))
    splits_revision: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[datetime] = created_at()

    __table_args__ = (
        UniqueConstraint("owner_id", "symbol", postgresql_nulls_not_distinct=True),
        Index(None, "symbol", "id"),
        CheckConstraint(f"symbol ~ '^{SYMBOL_PATTERN}$'", name="symbol"),
        _one_of("asset_class", AssetClass),
    )


class SeriesRow(MainBase):
    """What is stored of an instrument in one interval. Written only together with its pages; its row is their
    lock.
    """

    __tablename__ = "series"

    instrument_id: Mapped[UUID] = mapped_column(
        ForeignKey(InstrumentRow.id, ondelete="CASCADE"), primary_key=True
    )
    interval: Mapped[str] = mapped_column(String(8), primary_key=True)
    bar_count: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    sparkline_times: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    sparkline: Mapped[list[float]] = mapped_column(ARRAY(Double))
    revision: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        _one_of('"interval"', Interval),
        CheckConstraint("bar_count > 0", name="bar_count"),
        CheckConstraint(
            "cardinality(sparkline) > 0 AND cardinality(sparkline) = cardinality(sparkline_times)",
            name="sparkline",
        ),
    )


class BarPageRow(MainBase):
    """Up to 1,000 bars as packed columns: see `pages`. Pages of a series never overlap.

    `columns` is stored EXTERNAL (the migration says so): compressing prices costs ten times what it saves.
    """

    __tablename__ = "bar_pages"

    instrument_id: Mapped[UUID] = mapped_column(primary_key=True)
    interval: Mapped[str] = mapped_column(String(8), primary_key=True)
    first_time: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last_time: Mapped[int] = mapped_column(BigInteger)
    bar_count: Mapped[int] = mapped_column(SmallInteger)
    checksum: Mapped[int] = mapped_column(BigInteger)
    columns: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        ForeignKeyConstraint(
            ["instrument_id", "interval"],
            [SeriesRow.instrument_id, SeriesRow.interval],
            ondelete="CASCADE",
            # An import writes the pages first and then, knowing them, the series.
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint(f"bar_count BETWEEN 1 AND {MAX_BARS_PER_PAGE}", name="bar_count"),
        CheckConstraint("first_time <= last_time", name="order"),
        CheckConstraint(f"octet_length(columns) = bar_count * {BYTES_PER_BAR}", name="size"),
    )


class SplitRow(MainBase):
    """A stock split of an instrument."""

    __tablename__ = "splits"

    instrument_id: Mapped[UUID] = mapped_column(
        ForeignKey(InstrumentRow.id, ondelete="CASCADE"), primary_key=True
    )
    effective_on: Mapped[date] = mapped_column(primary_key=True)
    ratio: Mapped[float] = mapped_column(Double)

    __table_args__ = (CheckConstraint("ratio > 0 AND ratio < 'Infinity'::float8", name="ratio"),)


class ImportRow(LeasedWork, MainBase):
    """A file on its way into the bars, and what became of it."""

    __tablename__ = "imports"

    owner_id: Mapped[UUID | None]
    instrument_id: Mapped[UUID | None] = mapped_column(ForeignKey(InstrumentRow.id, ondelete="SET NULL"))
    symbol: Mapped[str] = mapped_column(String(32))
    interval: Mapped[str] = mapped_column(String(8))
    scope: Mapped[str] = mapped_column(String(16))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    file_name: Mapped[str | None] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    file_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    rows_read: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    inserted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    updated: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    rejected: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    understood: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Of the columns that work has, these are closer here.
    status: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = created_at()

    __table_args__ = (
        Index(None, "owner_id", "id"),
        Index(None, "instrument_id", "interval"),
        Index(
            "ix_imports_unfinished", "lease_until", postgresql_where=text("status IN ('queued', 'running')")
        ),
        _one_of("status", ImportStatus),
        _one_of('"interval"', Interval),
        _one_of("scope", Scope),
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
    )


class ImportChunkRow(MainBase):
    """A piece of an uploaded file, kept here so that a worker on any machine can read it; gone with the
    result.
    """

    __tablename__ = "import_chunks"

    import_id: Mapped[UUID] = mapped_column(ForeignKey(ImportRow.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class CalendarSessionsRow(MainBase):
    """An exchange's sessions of one year as packed columns: see `session_columns`. The worker writes them, so
    that the API process knows sessions without the library behind them.
    """

    __tablename__ = "calendar_sessions"

    calendar: Mapped[str] = mapped_column(String(16), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    columns: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (CheckConstraint("mod(octet_length(columns), 40) = 0", name="size"),)


class SeriesHolesRow(MainBase):
    """What lacks of a series against its calendar, as of one revision. `holes`: [start, end, missing]."""

    __tablename__ = "series_holes"

    instrument_id: Mapped[UUID] = mapped_column(primary_key=True)
    interval: Mapped[str] = mapped_column(String(8), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    expected: Mapped[int | None] = mapped_column(BigInteger)
    missing: Mapped[int | None] = mapped_column(BigInteger)
    holes: Mapped[list[list[int]]] = mapped_column(JSONB)
    computed_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["instrument_id", "interval"],
            [SeriesRow.instrument_id, SeriesRow.interval],
            ondelete="CASCADE",
        ),
    )
