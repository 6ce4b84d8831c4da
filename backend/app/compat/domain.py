"""What code written for Twelve Data asks for: its parameters as facts, in its own words. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.core.errors import BadRequest, NotFound
from app.engine.intervals import Interval
from app.market.domain import Adjustment, AssetClass, Instrument
from app.market.provider_facts import ProviderSymbol

DEFAULT_SIZE, MAX_SIZE = 30, 5_000
MAX_SYMBOLS = 120
# All rows of one answer: what is written at once must not hold up everybody else.
MAX_ROWS = 50_000
DEFAULT_PLACES, MAX_PLACES = 5, 11
AS_STORED = -1
# Moments beyond have no bars, and no room for arithmetic.
_EARLIEST, _LATEST = datetime(1902, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001 - as read_moment
_EXCHANGE_ZONE = "exchange"
_TYPES = {
    AssetClass.STOCK: "Common Stock",
    AssetClass.ETF: "ETF",
    AssetClass.INDEX: "Index",
    AssetClass.FOREX: "Physical Currency",
    AssetClass.CRYPTO: "Digital Currency",
    AssetClass.COMMODITY: "Commodity",
    AssetClass.OTHER: "Other",
}


class InvalidParameter(BadRequest):
    """A parameter that makes no sense, or that is not served here."""

    code, title = "invalid_parameter", "A parameter makes no sense"


class NothingStored(BadRequest):
    """There are no bars in what was asked for."""

    code, title = "no_data", "No data"

    def __init__(self) -> None:
        super().__init__(
            "No data is available on the specified dates. Try setting different start/end dates."
        )


class SymbolNotStored(NotFound):
    """No instrument that who asks may see."""

    code, title = "symbol_not_found", "Symbol not found"

    def __init__(self, symbol: str) -> None:
        super().__init__(f"**symbol** not found: {symbol or 'none was given'}. It is not stored in Flowrex.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticker is meant, as far as who asks says."""

    mic_code: str | None = None
    exchange: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A symbol as it was asked for, and what it means here. `link`: what its provider calls it."""

    symbol: str
    instrument: Instrument
    link: ProviderSymbol | None = None

    @property
    def code(self) -> str:
        """The ticker in the vendor's spelling."""
        return self.instrument.symbol if self.link is None else self.link.code

    @property
    def type(self) -> str:
        """What is traded, in the vendor's words."""
        return _TYPES[self.instrument.asset_class]

    @property
    def is_pair(self) -> bool:
        """Currencies and coins: traded in one another, at no exchange's hours."""
        return self.instrument.asset_class in {AssetClass.FOREX, AssetClass.CRYPTO}

    @property
    def mic_code(self) -> str:
        """The exchange's code where the provider told it."""
        return (self.link.mic_code if self.link else None) or ""

    @property
    def exchange(self) -> str:
        """The exchange's name where it is known."""
        return (self.link.exchange if self.link else None) or self.instrument.exchange or ""

    def fits(self, place: Place) -> bool:
        """Whether it can be what is meant: an unknown place is no contradiction."""
        if place.mic_code and self.mic_code and place.mic_code != self.mic_code:
            return False
        return not (place.exchange and self.exchange and place.exchange.lower() != self.exchange.lower())


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """Which bars. `start`, `end`: as written, both inclusive, without a zone."""

    interval: Interval
    size: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    timezone: str = _EXCHANGE_ZONE
    is_ascending: bool = False
    adjust: Adjustment = Adjustment.SPLITS
    places: int = DEFAULT_PLACES

    @property
    def limit(self) -> int:
        """How many bars at most: both bounds widen the window, one alone does not."""
        if self.size is not None:
            return self.size
        return MAX_SIZE if self.start is not None and self.end is not None else DEFAULT_SIZE


def choose_zone(asked: Asked, interval: Interval, named: str) -> ZoneInfo:
    """The zone of times in and out. Dates have none; currencies and coins live in UTC."""
    if not interval.is_intraday:
        return ZoneInfo("UTC")
    if named.lower() == _EXCHANGE_ZONE:
        return ZoneInfo("UTC" if asked.is_pair else asked.instrument.timezone)
    return read_zone(named)


def read_zone(name: str) -> ZoneInfo:
    """A time zone by its name. Raises InvalidParameter."""
    try:
        return ZoneInfo("UTC" if name.lower() == _EXCHANGE_ZONE else name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidParameter(f"Invalid **timezone** provided: {name[:64]}.") from None


def read_symbols(text: str | None) -> tuple[str, ...]:
    """Symbols, in capitals, each once. Raises InvalidParameter."""
    named = tuple(dict.fromkeys(one.strip().upper()[:64] for one in (text or "").split(",") if one.strip()))
    if not named:
        raise InvalidParameter("**symbol** parameter is missing or invalid.")
    if len(named) > MAX_SYMBOLS:
        raise InvalidParameter(f"There are {len(named)} symbols; {MAX_SYMBOLS} can be asked for at once.")
    return named


def read_interval(text: str | None) -> Interval:
    """A bar's length. Raises InvalidParameter."""
    try:
        return Interval((text or "").strip())
    except ValueError:
        supported = ", ".join(Interval)
        raise InvalidParameter(
            f"Invalid **interval** provided: {(text or '')[:32]}. Supported intervals: {supported}"
        ) from None


def read_whole(name: str, text: str | None, least: int, most: int) -> int | None:
    """A whole number within its limits. Raises InvalidParameter."""
    if text is None or not text.strip():
        return None
    try:
        number = int(text) if len(text) <= 12 else None
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise InvalidParameter(
            f"Invalid **{name}** provided: {text[:32]}. It should be between {least} and {most}"
        )
    return number


def read_moment(name: str, text: str | None) -> datetime | None:
    """A date, or a date with a time. Raises InvalidParameter."""
    if text is None or not text.strip():
        return None
    written = text.strip().replace("T", " ")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            told = datetime.strptime(written, form)  # noqa: DTZ007 - its zone is the instrument's, known later
        except ValueError:
            continue
        return min(max(told, _EARLIEST), _LATEST)
    raise InvalidParameter(f"Invalid **{name}** provided: {text[:32]}. Use YYYY-MM-DD or YYYY-MM-DD HH:MM:SS")


def read_choice(name: str, text: str | None, choices: tuple[str, ...]) -> str:
    """One of some words, the first when nothing is said. Raises InvalidParameter."""
    word = (text or choices[0]).strip().lower()
    if word not in choices:
        raise InvalidParameter(f"Invalid **{name}** provided: {word[:32]}. Use one of {', '.join(choices)}")
    return word
