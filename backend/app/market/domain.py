"""Instruments, series, splits and imports as plain facts, with the rules and errors of the room. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.core.errors import Conflict, Forbidden, NotFound, Unprocessable
from app.core.leases import Claim, WorkStatus
from app.engine.intervals import Interval

SYMBOL_PATTERN = r"[A-Z0-9][A-Z0-9._/^-]{0,31}"
MAX_SPLITS = 1_000
TASK = "imports.run"
# Notified, with "<instrument id>:<interval>" as key, when stored bars changed.
BARS_TOPIC = "bars"
# A worker renews its lease every few seconds while it works; one that is gone is noticed after this long.
LEASE_SECONDS = 15
# How many imports one person may have waiting or under way.
MAXIMUM_UNFINISHED = 20
SPARKLINE_POINTS = 30
_SYMBOL = re.compile(SYMBOL_PATTERN)

# The exchanges whose sessions the worker knows (ISO 10383 codes, as exchange_calendars names them), beside
# the two that need no table: every day around the clock, and the currency week.
ALWAYS_OPEN = "24/7"
CURRENCY_WEEK = "FX"
# fmt: off
EXCHANGE_CALENDARS = (
    "AIXK", "ASEX", "BVMF", "CMES", "IEPA", "XAMS", "XASX", "XBDA", "XBEL", "XBKK", "XBOG", "XBOM", "XBRA",
    "XBRU", "XBSE", "XBUD", "XBUE", "XCBF", "XCSE", "XCYS", "XDUB", "XDUS", "XEEE", "XETR", "XEUR", "XFRA",
    "XHAM", "XHEL", "XHKG", "XICE", "XIDX", "XIST", "XJSE", "XKAR", "XKLS", "XKRX", "XLIM", "XLIS", "XLIT",
    "XLJU", "XLON", "XLUX", "XMAD", "XMEX", "XMIL", "XMOS", "XNYS", "XNZE", "XOSL", "XPAR", "XPHS", "XPRA",
    "XRIS", "XSAU", "XSES", "XSGO", "XSHG", "XSTO", "XSTU", "XSWX", "XTAE", "XTAI", "XTAL", "XTKS", "XTSE",
    "XWAR", "XWBO", "XZAG",
)
# fmt: on
# What a form says to have no calendar at all, where saying nothing means the asset class's own.
NO_CALENDAR = "none"
KNOWN_CALENDARS = frozenset({ALWAYS_OPEN, CURRENCY_WEEK, *EXCHANGE_CALENDARS})


class AssetClass(StrEnum):
    """What kind of thing is traded."""

    STOCK = "stock"
    ETF = "etf"
    INDEX = "index"
    FOREX = "forex"
    CRYPTO = "crypto"
    COMMODITY = "commodity"
    OTHER = "other"

    @property
    def default_calendar(self) -> str | None:
        """The trading calendar when nobody names one; None: no check for gaps."""
        return _DEFAULT_CALENDARS.get(self)


_DEFAULT_CALENDARS = {
    AssetClass.STOCK: "XNYS",
    AssetClass.ETF: "XNYS",
    AssetClass.INDEX: "XNYS",
    AssetClass.CRYPTO: ALWAYS_OPEN,
    AssetClass.FOREX: CURRENCY_WEEK,
}


class Scope(StrEnum):
    """Whose an instrument is: the installation's, which everyone reads, or one user's own."""

    INSTALLATION = "installation"
    PRIVATE = "private"


class Adjustment(StrEnum):
    """How bars are corrected on reading."""

    SPLITS = "splits"
    NONE = "none"


class ImportStatus(StrEnum):
    """Where an import stands."""

    QUEUED = WorkStatus.QUEUED.value
    RUNNING = WorkStatus.RUNNING.value
    SUCCEEDED = WorkStatus.SUCCEEDED.value
    FAILED = WorkStatus.FAILED.value
    CANCELLED = WorkStatus.CANCELLED.value

    @property
    def is_final(self) -> bool:
        """True when nothing more will happen to it."""
        return WorkStatus(self.value).is_final


class InstrumentNotFound(NotFound):
    """No instrument of this symbol or id that who asks may see."""

    code, title = "instrument_not_found", "Instrument not found"


class ImportNotFound(NotFound):
    """No import of this id that who asks may see."""

    code, title = "import_not_found", "Import not found"


class IntervalNotAvailable(Unprocessable):
    """The interval is not stored, and no stored one divides it."""

    code, title = "interval_not_available", "Interval not available"
    field = "interval"


class InvalidSymbol(Unprocessable):
    """Text that is no symbol."""

    code, title = "invalid_symbol", "Not a symbol"
    field = "symbol"


class InvalidRange(Unprocessable):
    """A range whose start is not before its end, or a bound that is no time."""

    code, title = "invalid_range", "Not a range of time"
    field = "start"


class InvalidImport(Unprocessable):
    """A field of the import form that does not make sense."""

    code, title = "invalid_import", "The import form does not make sense"
    field = "date_format"


class DuplicateSplit(Unprocessable):
    """Two splits of one date."""

    code, title = "duplicate_split", "Two splits stand on one date"


class InstrumentReadOnly(Forbidden):
    """An instrument of the installation, and who asks is no admin."""

    code, title = "instrument_read_only", "Only admins change the installation's instruments"


class ImportFinished(Conflict):
    """The import is over: there is nothing to cancel."""

    code, title = "import_finished", "The import is already over"


class ImportRefused(Exception):
    """A file as a whole cannot be imported. `code` is stable, `detail` says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as far as this room cares. `user_id` None stands for the installation itself (command line,
    worker).
    """

    user_id: UUID | None
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class InstrumentFilter:
    """Which instruments a list shows. `query` is part of a symbol or name."""

    query: str | None = None
    asset_class: AssetClass | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """`ratio` new shares for one old from the opening of `date` on: 2.0 for a 2-for-1."""

    date: date
    ratio: float


@dataclass(frozen=True, slots=True)
class Series:
    """What is stored of one instrument in one interval.

    `sparkline`: up to 30 closes, raw, oldest first, with the times (unix s) of their bars: of days, or of the
    bars themselves from 1day on. `revision` grows with every change of the bars.
    """

    interval: Interval
    bar_count: int
    first_at: datetime
    last_at: datetime
    sparkline_times: Sequence[int]
    sparkline: Sequence[float]
    revision: int


@dataclass(frozen=True, slots=True)
class SeriesHoles:
    """What lacks of a series against its calendar, as of one `revision`. `expected`, `missing`: bars, None
    without a calendar. `holes`: the largest ones as (start, end, missing bars), unix s, oldest first.
    """

    revision: int
    expected: int | None
    missing: int | None
    holes: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """What an answer about bars rests on: an instrument, and the revisions of its series and its splits."""

    id: UUID
    symbol: str
    timezone: str
    calendar: str | None
    splits_revision: int
    revisions: Mapping[Interval, int]


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that is traded, with what is stored of it."""

    id: UUID
    owner_id: UUID | None
    symbol: str
    name: str
    exchange: str | None
    asset_class: AssetClass
    currency: str | None
    timezone: str
    calendar: str | None
    splits_revision: int
    series: tuple[Series, ...] = ()
    splits: tuple[Split, ...] = ()

    @property
    def scope(self) -> Scope:
        """Whose it is."""
        return Scope.INSTALLATION if self.owner_id is None else Scope.PRIVATE

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The stored intervals, finest first."""
        return tuple(sorted((one.interval for one in self.series), key=lambda interval: interval.seconds))

    def find_series(self, interval: Interval) -> Series | None:
        """What is stored in exactly this interval."""
        return next((one for one in self.series if one.interval is interval), None)


@dataclass(frozen=True, slots=True)
class NewInstrument:
    """What is known of an instrument before anything is stored of it."""

    symbol: str
    name: str
    exchange: str | None
    asset_class: AssetClass
    currency: str | None
    timezone: str
    calendar: str | None


@dataclass(frozen=True, slots=True)
class EnsuredInstrument:
    """An instrument that is there for sure. `is_new`: it was not before."""

    id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was not taken: its line in the file, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What became of the rows of a file. `rows_read` is the sum of the other four."""

    rows_read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class ImportForm:
    """What the person said about a file."""

    symbol: str
    interval: Interval
    timezone: str = "UTC"
    asset_class: AssetClass | None = None
    name: str | None = None
    calendar: str | None = None  # NO_CALENDAR: outright none
    date_format: str | None = None
    scope: Scope = Scope.PRIVATE
    # Only the demo and the command line say these.
    exchange: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimedImport(Claim):
    """An import that a worker took."""

    owner_id: UUID | None
    form: ImportForm
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file that could be read."""

    counts: ImportCounts
    problems: tuple[RowProblem, ...]
    understood: dict[str, object]


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """Why an import failed: a stable code and a sentence for people; with what was found out before."""

    code: str
    detail: str
    counts: ImportCounts = ImportCounts()
    problems: tuple[RowProblem, ...] = ()
    understood: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it stands in the database."""

    id: UUID
    owner_id: UUID | None
    status: ImportStatus
    form: ImportForm
    file_name: str | None
    size_bytes: int
    progress: float
    counts: ImportCounts
    problems: tuple[RowProblem, ...]
    understood: dict[str, object] | None
    failure: ImportFailure | None
    instrument_id: UUID | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def may_write(viewer: Viewer, owner_id: UUID | None) -> bool:
    """Whether who asks may change an instrument that he sees: his own, or as admin the installation's."""
    return viewer.user_id is None or viewer.is_admin if owner_id is None else viewer.user_id == owner_id


def name_changes_topic(owner_id: UUID | None) -> str:
    """The live topic that tells of new stored bars: the owner's own, or everybody's for what the installation
    has.
    """
    return f"instruments:{'all' if owner_id is None else owner_id}"


def normalize_symbol(text: str) -> str:
    """The symbol in capitals. Raises InvalidSymbol."""
    symbol = text.strip().upper()
    if not _SYMBOL.fullmatch(symbol):
        raise InvalidSymbol(
            "A symbol has at most 32 of A-Z, 0-9 and . _ / ^ - and begins with a letter or digit."
        )
    return symbol


def choose_source_interval(wanted: Interval, stored: Sequence[Interval]) -> Interval:
    """`wanted` when it is stored, else the next finer stored interval that divides it.

    Raises IntervalNotAvailable.
    """
    candidates = [interval for interval in stored if interval.divides(wanted)]
    if not candidates:
        in_order = sorted(stored, key=lambda interval: interval.seconds)
        have = ", ".join(interval.value for interval in in_order) or "no bars at all"
        raise IntervalNotAvailable(
            f"{wanted} is not stored and cannot be made from what is: there are {have}."
        )
    return max(candidates, key=lambda interval: interval.seconds)
