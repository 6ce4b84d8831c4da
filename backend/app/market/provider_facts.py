"""What providers of market data say, as plain facts, and the ways in which they fail. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.market.domain import AssetClass


@dataclass(frozen=True, slots=True)
class Quota:
    """How much may be asked: credits in any stretch of 60 s, and of one UTC day. None: no such limit."""

    credits_per_minute: int | None = None
    credits_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderSymbol:
    """Something that a provider has bars of.

    `code`: what the provider is asked by, together with `mic_code` where tickers are ambiguous. `symbol`: the
    product's own spelling (see market.domain.SYMBOL_PATTERN). `calendar`: as instruments name it; None: none.
    """

    code: str
    symbol: str
    name: str
    asset_class: AssetClass
    exchange: str | None = None
    mic_code: str | None = None
    currency: str | None = None
    timezone: str = "UTC"
    calendar: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BarsPage:
    """The newest bars of a stretch that was asked for, closed ones alone, ascending and unique.

    `covered_from` (unix s): from here to the end of the stretch nothing is missing that the provider has;
    what lies before it has to be asked for again. It equals the start of the stretch when the answer was
    whole.
    """

    bars: Bars
    covered_from: int


@dataclass(frozen=True, slots=True)
class ProviderQuote:
    """The last price that a provider knows, at `at`."""

    code: str
    price: float
    at: datetime
    volume: float | None = None
    previous_close: float | None = None
    is_market_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A trade or a price that came over a stream. `at`: unix s with fractions; `volume` of this trade, or
    None where the stream tells none.
    """

    code: str
    price: float
    at: float
    volume: float | None = None


@dataclass(frozen=True, slots=True)
class ProviderDescription:
    """A provider as people see it.

    `attribution`: the sentence that stands wherever its data is shown. `is_delayed`: its latest prices lag
    behind the market. `is_simulated`: its prices are made up. `may_share`: whether what comes from it may be
    shown to others than the owner of the key (True without a key).
    """

    name: str
    title: str
    attribution: str
    intervals: Sequence[Interval]
    max_bars_per_request: int
    quota: Quota = field(default_factory=Quota)
    has_stream: bool = False
    is_delayed: bool = False
    is_simulated: bool = False
    may_share: bool = True


class ProviderError(Exception):
    """A provider did not give what was asked for. `detail` is for the person who reads it."""

    code = "provider_failed"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ProviderUnavailable(ProviderError):
    """It did not answer, or answered with rubbish: asking again later may help."""

    code = "provider_unavailable"


class ProviderBusy(ProviderError):
    """Too much was asked within the minute. `retry_at`: when to ask again."""

    code = "provider_busy"

    def __init__(self, detail: str, retry_at: datetime) -> None:
        super().__init__(detail)
        self.retry_at = retry_at


class ProviderQuotaExhausted(ProviderBusy):
    """The day's credits are spent. `retry_at`: the next UTC midnight."""

    code = "provider_quota_exhausted"


class ProviderPlanLacks(ProviderError):
    """The key's plan does not include this: the symbol exists."""

    code = "provider_plan_lacks"


class ProviderKeyRefused(ProviderError):
    """The key is missing, wrong or switched off."""

    code = "provider_key_refused"


class ProviderSymbolUnknown(ProviderError):
    """The provider has no such symbol."""

    code = "provider_symbol_unknown"
