"""What the feed engine is given by those who wire it: where links, history and credits come from, and who
listens. The rooms below give these; tests give their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.live.bar_building import Hours
from app.market.domain import Instrument
from app.market.provider_facts import ProviderDescription, ProviderSymbol, Tick


class MarketTimes(Hours, Protocol):
    """The hours of a market (market.bar_hours)."""

    def changes_at(self, at: float) -> float | None: ...

    def session_label(self, at: float) -> int: ...


@dataclass(frozen=True, slots=True)
class FedInstrument:
    """An instrument that a provider feeds."""

    instrument: Instrument
    provider: str
    symbol: ProviderSymbol


@dataclass(frozen=True, slots=True)
class FormingBar:
    """The minute that is being built; `volume` is NaN where no tick told one."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing bars came to: the intervals in which it changed something, and the instrument since then;
    None where it is gone.
    """

    changed: Sequence[Interval]
    instrument: Instrument | None


class History(Protocol):
    """What is stored (market.service and feeds.service, each call in a transaction of its own)."""

    async def find_fed(self, instrument_ids: Sequence[UUID]) -> Mapping[UUID, FedInstrument]:
        """Those of the instruments that a provider feeds."""
        ...

    async def read_minutes(self, instrument: Instrument, start: int, end: int) -> Bars:
        """Stored minutes with start ≤ time < end, as they were traded; none where there are none."""
        ...

    async def store(self, instrument_id: UUID, parts: Sequence[Bars]) -> Stored:
        """Merge bars into what is stored."""
        ...


# Reserves credits around one request to a provider (feeds.service.spend_credits).
SpendCredits: TypeAlias = Callable[[ProviderDescription, int], AbstractAsyncContextManager[None]]
FindHours: TypeAlias = Callable[[str | None, str], MarketTimes]
TickListener: TypeAlias = Callable[[UUID, FormingBar, Tick], Awaitable[None]]
Sleep: TypeAlias = Callable[[float], Awaitable[None]]
