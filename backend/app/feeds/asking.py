"""What fetching from a provider works with, how long it waits, and the door through which it asks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from app.core.clock import Clock
from app.core.database import Database
from app.core.live_publishing import LivePublisher
from app.engine.intervals import Interval
from app.feeds.domain import ProviderLink
from app.feeds.freshness import LOOK_AROUND_SECONDS
from app.market import service as market
from app.market.domain import EXCHANGE_CALENDARS
from app.market.ports import MarketDataProvider
from app.market.provider_facts import (
    BarsPage,
    ProviderError,
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderSymbolUnknown,
    ProviderUnavailable,
)

_Answer = TypeVar("_Answer")

REQUEST_SECONDS = 35.0
# Waiting does not heal these.
FOR_GOOD = (ProviderPlanLacks, ProviderKeyRefused, ProviderSymbolUnknown)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait after failures: from `first_seconds` doubling up to `longest_seconds`, with jitter.

    `doubt_seconds`: how long after an answer that lacked bars it is asked for again, time by time; after the
    last one it is believed.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 300.0
    doubt_seconds: tuple[float, ...] = (5.0, 60.0)

    def pause(self, failures: int) -> float:
        """Seconds after so many failures in a row (1: the first)."""
        longest = min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures - 1, 20))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing


@dataclass(frozen=True, slots=True)
class Means:
    """What fetching from one provider works with."""

    database: Database
    clock: Clock
    provider: MarketDataProvider
    publisher: LivePublisher
    store_calendars: Callable[[], Awaitable[None]]
    patience: Patience


class Asking(Protocol):
    """Who asks a provider, one request after the other."""

    means: Means

    async def ask(
        self, link: ProviderLink, interval: Interval, start: int, end: int
    ) -> tuple[BarsPage, UUID | None]:
        """Reserve, ask, and see that the answer fits. Raises ProviderError; then the request is over."""
        ...

    async def end_failed(self, spend: UUID | None, error: ProviderError | None) -> None:
        """Say that a request is over that failed."""
        ...

    async def note_left(self) -> None:
        """Remember what the provider says of the credits that are left."""
        ...


async def answer_in_time(provider: MarketDataProvider, asked: Awaitable[_Answer]) -> _Answer:
    """What was asked for, or ProviderUnavailable when it takes too long."""
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            return await asked
    except TimeoutError as error:
        raise ProviderUnavailable(
            f"{provider.description.title} did not answer within {REQUEST_SECONDS:.0f} s."
        ) from error


async def load_sessions(means: Means, calendar: str | None, start: int, end: int) -> market.Sessions | None:
    """A calendar's sessions around a stretch; those of one that is new here are made on the way."""
    if calendar is None:
        return None
    first, last = start - LOOK_AROUND_SECONDS, end + LOOK_AROUND_SECONDS
    for is_last_try in (False, True):
        async with means.database.session() as session:
            found = (await market.read_sessions(session, [calendar], first, last)).get(calendar)
        if found is not None or is_last_try or calendar not in EXCHANGE_CALENDARS:
            return found
        await means.store_calendars()
    return None
