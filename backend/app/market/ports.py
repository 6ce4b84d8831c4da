"""What the room needs from outside: calendars of sessions, and providers of market data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from app.engine.intervals import Interval
from app.market.coverage import Sessions
from app.market.domain import Split
from app.market.provider_facts import (
    BarsPage,
    ProviderDescription,
    ProviderError,
    ProviderQuote,
    ProviderSymbol,
    Tick,
)


class SessionCalendar(Protocol):
    """The sessions of a market."""

    @property
    def name(self) -> str:
        """As instruments name it: XNYS, 24/7, FX."""
        ...

    def sessions(self, first: int, last: int) -> Sessions:
        """Sessions whose date label (unix s of 00:00:00Z) lies in first..last, as far as the calendar
        reaches.
        """
        ...


class MarketDataProvider(Protocol):
    """Where bars and prices come from. One object serves a whole process.

    Every method raises ProviderError or one of its kinds, and nothing else, for what goes wrong outside.
    A method costs what the matching `count_..._credits` says; the caller has reserved that before it asks.
    """

    @property
    def description(self) -> ProviderDescription:
        """What it is and what it can do."""
        ...

    def count_bars_credits(self) -> int:
        """Credits of one `fetch_bars`."""
        ...

    def count_splits_credits(self, symbol: ProviderSymbol) -> int:
        """Credits of one `fetch_splits`: none for what cannot split."""
        ...

    def count_quotes_credits(self, symbols: Sequence[ProviderSymbol]) -> int:
        """Credits of one `fetch_quotes`."""
        ...

    def count_search_credits(self) -> int:
        """Credits of one `search`."""
        ...

    async def search(self, query: str, limit: int) -> Sequence[ProviderSymbol]:
        """Symbols that fit some letters of a symbol or a name, the best first. Where a search is free, an
        empty query means all of them.
        """
        ...

    async def fetch_bars(self, symbol: ProviderSymbol, interval: Interval, start: int, end: int) -> BarsPage:
        """The newest bars with start ≤ time < end (unix s, as `Bars.time` has it), at most as many as the
        provider gives at once. Closed bars alone; an empty page where the provider has none.
        """
        ...

    async def find_earliest(self, symbol: ProviderSymbol, interval: Interval) -> int | None:
        """The time of the first bar there is (unix s), or None where the provider does not say. Costs what
        `fetch_bars` costs.
        """
        ...

    async def fetch_splits(self, symbol: ProviderSymbol) -> Sequence[Split]:
        """All known splits, oldest first; none where there is no such thing."""
        ...

    async def fetch_quotes(
        self, symbols: Sequence[ProviderSymbol]
    ) -> Mapping[str, ProviderQuote | ProviderError]:
        """The latest price of each symbol by its `code`, or why there is none."""
        ...

    def stream(self, symbols: Sequence[ProviderSymbol]) -> AsyncIterator[Tick]:
        """Trades as they happen, until the consumer stops or the connection is lost (ProviderUnavailable).

        Nothing is filled in after a loss: the caller fetches the hole. Raises ProviderPlanLacks where there
        is no stream for this key.
        """
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...
