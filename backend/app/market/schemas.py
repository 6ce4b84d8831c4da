"""Bodies of requests and answers about instruments, bars and imports."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.core.fields import CleanStr, FiniteFloat, ReadModel, StrictModel
from app.engine.intervals import Interval
from app.market.coverage import Sessions
from app.market.domain import (
    KNOWN_CALENDARS,
    MAX_SPLITS,
    NO_CALENDAR,
    AssetClass,
    ImportForm,
    ImportStatus,
    Instrument,
    Scope,
    Split,
    StoredImport,
    normalize_symbol,
)
from app.market.local_time import is_timezone
from app.market.series_figures import adjust_sparkline, choose_main_series, measure_change

MAX_BARS = 50_000
DEFAULT_BARS = 500
MAX_SESSIONS = 5_000
_CALENDARS_HINT = "use XNYS, 24/7, FX or another exchange's ISO code"


class BarsFormat(StrEnum):
    """How bars are written."""

    COLUMNS = "columns"
    ROWS = "rows"
    CSV = "csv"


def _check_timezone(name: str) -> str:
    if not is_timezone(name):
        raise ValueError("is no IANA time zone, such as America/New_York")
    return name


def _check_calendar(name: str) -> str:
    if name not in KNOWN_CALENDARS:
        raise ValueError(f"is no known calendar: {_CALENDARS_HINT}")
    return name


def _check_calendar_or_none(name: str) -> str:
    if name != NO_CALENDAR and name not in KNOWN_CALENDARS:
        raise ValueError(f"is no known calendar: {_CALENDARS_HINT}, or `{NO_CALENDAR}`")
    return name


Timezone = Annotated[CleanStr, Field(min_length=1, max_length=64), AfterValidator(_check_timezone)]
Calendar = Annotated[CleanStr, Field(max_length=16), AfterValidator(_check_calendar)]
CalendarOrNone = Annotated[CleanStr, Field(max_length=16), AfterValidator(_check_calendar_or_none)]
Name = Annotated[CleanStr, Field(min_length=1, max_length=200)]
Ratio = Annotated[FiniteFloat, Field(ge=1e-6, le=1e6)]


class InstrumentRead(ReadModel):
    """An instrument with what is stored of it. Prices are adjusted for splits; `change` is a fraction."""

    id: UUID
    symbol: str
    name: str
    exchange: str | None
    asset_class: AssetClass
    currency: str | None
    timezone: str
    calendar: str | None
    scope: Scope
    intervals: list[Interval]
    first_bar_at: dt.datetime | None
    last_bar_at: dt.datetime | None
    last_close: float | None
    change: float | None
    sparkline: list[float]

    @classmethod
    def of(cls, instrument: Instrument) -> Self:
        """The answer about an instrument."""
        main = choose_main_series(instrument.series)
        closes = [] if main is None else adjust_sparkline(instrument, main)
        return cls(
            id=instrument.id,
            symbol=instrument.symbol,
            name=instrument.name,
            exchange=instrument.exchange,
            asset_class=instrument.asset_class,
            currency=instrument.currency,
            timezone=instrument.timezone,
            calendar=instrument.calendar,
            scope=instrument.scope,
            intervals=list(instrument.intervals),
            first_bar_at=min((one.first_at for one in instrument.series), default=None),
            last_bar_at=max((one.last_at for one in instrument.series), default=None),
            last_close=closes[-1] if closes else None,
            change=measure_change(closes),
            sparkline=closes,
        )


class InstrumentUpdate(StrictModel):
    """What of an instrument can be changed. A field that is left out stays; null empties it."""

    name: Name | None = None
    exchange: Annotated[CleanStr, Field(max_length=64)] | None = None
    asset_class: AssetClass | None = None
    currency: Annotated[CleanStr, Field(max_length=10)] | None = None
    timezone: Timezone | None = None
    calendar: Calendar | None = None

    @model_validator(mode="after")
    def _keep_what_must_be(self) -> Self:
        for field in ("name", "asset_class", "timezone"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be null")
        return self

    def changes(self) -> dict[str, str | None]:
        """The fields that were sent."""
        changes: dict[str, str | None] = self.model_dump(mode="json", exclude_unset=True)
        return changes


class SessionRead(ReadModel):
    """One session: its date, and its instants. A break lies within it, where the market has one."""

    date: dt.date
    open: dt.datetime
    close: dt.datetime
    break_start: dt.datetime | None
    break_end: dt.datetime | None


class SessionsRead(ReadModel):
    """Sessions of an instrument's market, oldest first. `known` is false when it has no calendar, or when its
    sessions have not been worked out yet: ask again in a few seconds.
    """

    timezone: str
    calendar: str | None
    known: bool
    sessions: list[SessionRead]

    @classmethod
    def of(cls, instrument: Instrument, sessions: Sessions | None) -> Self:
        """The answer about an instrument; `sessions` None: not known."""
        return cls(
            timezone=instrument.timezone,
            calendar=instrument.calendar,
            known=sessions is not None,
            sessions=[] if sessions is None else _list_sessions(sessions),
        )


def _list_sessions(sessions: Sessions) -> list[SessionRead]:
    columns = (
        sessions.labels,
        sessions.opens,
        sessions.closes,
        sessions.break_starts,
        sessions.break_ends,
    )
    return [
        SessionRead(
            date=_moment(label).date(),
            open=_moment(opens),
            close=_moment(closes),
            break_start=_moment(break_starts) if break_starts < closes else None,
            break_end=_moment(break_ends) if break_starts < closes else None,
        )
        for label, opens, closes, break_starts, break_ends in zip(
            *(column[-MAX_SESSIONS:].tolist() for column in columns), strict=True
        )
    ]


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


class SplitBody(StrictModel):
    """A split: 2-for-1 has the ratio 2. It counts from the opening of its date on."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, from_attributes=True)

    date: dt.date
    ratio: Ratio

    def to_split(self) -> Split:
        """The same as a fact of the room."""
        return Split(self.date, self.ratio)


SplitList = Annotated[list[SplitBody], Field(max_length=MAX_SPLITS)]


class BarColumnsRead(ReadModel):
    """Bars as columns, oldest first. `time` in unix seconds; a volume is null where the source has none."""

    symbol: str
    interval: Interval
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float | None]


class BarRead(ReadModel):
    """One bar."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class BarRowsRead(ReadModel):
    """Bars one by one, oldest first."""

    symbol: str
    interval: Interval
    items: list[BarRead]


def _drop_empty(fields: Any) -> Any:
    """A form's empty field says nothing."""
    if not isinstance(fields, dict):
        return fields
    return {
        name: value for name, value in fields.items() if not (isinstance(value, str) and not value.strip())
    }


class ImportCreate(StrictModel):
    """The fields of the import form, beside the file."""

    symbol: Annotated[CleanStr, Field(max_length=64)]
    interval: Interval
    timezone: Timezone = "UTC"
    asset_class: AssetClass | None = None
    name: Name | None = None
    calendar: CalendarOrNone | None = Field(
        None, description="A known calendar, or `none` for no check of gaps; else that of the asset class."
    )
    date_format: Annotated[CleanStr, Field(max_length=64)] | None = Field(
        None, description="The order of day and month where the file leaves it open: d/m/yyyy, %m/%d/%Y, …"
    )
    scope: Scope = Scope.PRIVATE

    _forget_empty = model_validator(mode="before")(_drop_empty)

    def to_form(self) -> ImportForm:
        """The same as a fact of the room. Raises InvalidSymbol."""
        return ImportForm(
            symbol=normalize_symbol(self.symbol),
            interval=self.interval,
            timezone=self.timezone,
            asset_class=self.asset_class,
            name=self.name,
            calendar=self.calendar,
            date_format=self.date_format,
            scope=self.scope,
        )


class ImportAccepted(ReadModel):
    """An import that was taken on."""

    id: UUID
    status: ImportStatus


class RowProblemRead(ReadModel):
    """A row that was not taken: its line in the file, counted from 1, and why."""

    line: int
    reason: str


class ImportFailureRead(ReadModel):
    """Why an import failed."""

    code: str
    detail: str


class ImportRead(ReadModel):
    """An import. `problems` holds the first 1,000 rejected rows; `understood` says how the file was read."""

    id: UUID
    status: ImportStatus
    progress: float
    symbol: str
    interval: Interval
    scope: Scope
    file_name: str | None
    size_bytes: int
    rows_read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    problems: list[RowProblemRead]
    understood: dict[str, Any] | None
    error: ImportFailureRead | None
    instrument_id: UUID | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, stored: StoredImport) -> Self:
        """The answer about an import."""
        failure = stored.failure
        return cls(
            id=stored.id,
            status=stored.status,
            progress=stored.progress,
            symbol=stored.form.symbol,
            interval=stored.form.interval,
            scope=stored.form.scope,
            file_name=stored.file_name,
            size_bytes=stored.size_bytes,
            rows_read=stored.counts.rows_read,
            inserted=stored.counts.inserted,
            updated=stored.counts.updated,
            unchanged=stored.counts.unchanged,
            rejected=stored.counts.rejected,
            problems=[RowProblemRead(line=one.line, reason=one.reason) for one in stored.problems],
            understood=stored.understood,
            error=None if failure is None else ImportFailureRead(code=failure.code, detail=failure.detail),
            instrument_id=stored.instrument_id,
            created_at=stored.created_at,
            started_at=stored.started_at,
            finished_at=stored.finished_at,
        )
