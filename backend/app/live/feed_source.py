"""Prices from one provider: over its stream where there is one and it works, else by asking for quotes within
the quota. What is lost meanwhile is marked unknown; `feed_holes` fetches it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import timedelta

import structlog

from app.core.clock import Clock
from app.core.waiting import end_task
from app.live.feed_line import SILENCE_SECONDS, Line
from app.live.feed_ports import Sleep, SpendCredits
from app.live.feed_quota import QuotaShare
from app.live.feed_ticks import Trade
from app.market.ports import MarketDataProvider
from app.market.provider_facts import (
    ProviderBusy,
    ProviderError,
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderQuote,
    ProviderSymbol,
    Tick,
)

log = structlog.get_logger(__name__)

STALL_SECONDS = 30.0
_LONGEST_SILENCE_SECONDS = 600.0
_TURN_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_REFUSED_SECONDS = 3_600.0
_KEY_REFUSED_SECONDS = 600.0
_POLL_PAUSE_SECONDS = 10.0
_MAX_SYMBOLS_OF_POLL = 100
# A stream with other symbols takes over when it speaks, or when it had this long to.
_TAKE_OVER_SECONDS = 5.0

OnTrades = Callable[[Line, Sequence[Trade], Tick], None]


class _Connection:
    """One run of a provider's stream over fixed symbols."""

    def __init__(self, lines: Sequence[Line], now: float) -> None:
        self.lines = list(lines)
        # Several people may have an instrument each of the same symbol.
        self.by_code: dict[str, list[Line]] = {}
        for line in lines:
            self.by_code.setdefault(line.fed.symbol.code, []).append(line)
        self.opened_at = self.heard_at = now
        # The newest instant that a tick told of: less than `heard_at` where ticks come late.
        self.told_until: float | None = None
        self.has_spoken = False
        self.has_missed = False
        self.task: asyncio.Task[None] | None = None

    @property
    def ids(self) -> set[object]:
        return {line.id for line in self.lines}

    def known_until(self, lag: float) -> float:
        """Until when nothing was missed: ticks that were held up may have been lost with the connection."""
        known = self.heard_at - lag
        return known if self.told_until is None else min(known, self.told_until)

    async def end(self) -> None:
        if self.task is not None:
            await end_task(self.task)


class Source:
    """Brings the lines of one provider to life."""

    def __init__(
        self,
        provider: MarketDataProvider,
        spend: SpendCredits,
        share: QuotaShare,
        clock: Clock,
        on_trades: OnTrades,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.provider = provider
        self.share = share
        self._spend, self._clock, self._on_trades, self._sleep = spend, clock, on_trades, sleep
        self._lines: dict[object, Line] = {}
        self._stream: _Connection | None = None
        self._next_stream: _Connection | None = None
        self._failures = 0
        self._stream_from = 0.0
        self._poll_from = 0.0
        self._prefers_polls_until = 0.0

    def set_lines(self, lines: Iterable[Line]) -> None:
        """These and no others from now on."""
        self._lines = {line.id: line for line in lines}

    async def run(self) -> None:
        """Work until cancelled. Never raises: a provider that fails is tried again, later and later."""
        try:
            while True:
                try:
                    await self._take_turn()
                except Exception as error:  # a fault of an adapter or of ours: the other lines go on
                    log.error("feed_source_failed", provider=self._name, exc_info=error)
                    self._poll_from = self._now() + _LONGEST_PAUSE_SECONDS
                await self._sleep(_TURN_SECONDS)
        finally:
            for connection in (self._stream, self._next_stream):
                if connection is not None:
                    await connection.end()

    @property
    def _name(self) -> str:
        return self.provider.description.name

    def _now(self) -> float:
        return self._clock.now().timestamp()

    @property
    def _streams(self) -> bool:
        return self.provider.description.has_stream and self._now() >= self._prefers_polls_until

    async def _take_turn(self) -> None:
        now = self._now()
        if self._streams:
            await self._tend_stream(now)
        elif self._stream is not None:
            await self._stream.end()
            self._stream = None
        if now >= self._poll_from and (lines := self._choose_polled(now)):
            await self._poll(lines, now)

    async def _tend_stream(self, now: float) -> None:
        wanted = set(self._lines)
        current, following = self._stream, self._next_stream
        if following is not None and (
            following.has_spoken or current is None or now - following.opened_at >= _TAKE_OVER_SECONDS
        ):
            self._stream, self._next_stream = following, None
            if current is not None:
                await current.end()
            current, following = following, None
        if current is not None and not wanted:
            await current.end()
            self._stream = None
            return
        if current is not None and self._is_stalled(current, now):
            log.warning("stream_stalled", provider=self._name, silent_seconds=round(now - current.heard_at))
            await current.end()
            self._lose(current)
        elif following is None and wanted and now >= self._stream_from and self._fits_badly(current):
            self._open(now)

    def _fits_badly(self, current: _Connection | None) -> bool:
        """Whether lines are missing from a connection. Those that nobody wants any more are worth a new one
        only together with others.
        """
        wanted = self._lines.keys()
        return current is None or bool(wanted - current.ids) or len(current.ids) > 2 * len(wanted) + 8

    def _is_stalled(self, current: _Connection, now: float) -> bool:
        if not any(line.is_open(now) for line in current.lines):
            current.heard_at = max(current.heard_at, now - STALL_SECONDS / 2)
            return False
        silent_seconds = now - current.heard_at
        if silent_seconds <= STALL_SECONDS:
            return False
        # At half of that its quotes were asked for (`_choose_polled`): of a quiet market they are the same.
        polled_at = [line.last_polled_at or 0.0 for line in current.lines if line.is_open(now)]
        is_quiet = min(polled_at) >= current.heard_at and not current.has_missed
        return not is_quiet or silent_seconds > _LONGEST_SILENCE_SECONDS

    def _open(self, now: float) -> None:
        connection = _Connection(list(self._lines.values()), now)
        connection.task = asyncio.create_task(self._listen(connection), name=f"stream-{self._name}")
        if self._stream is None:
            self._stream = connection
        else:
            self._next_stream = connection

    async def _listen(self, connection: _Connection) -> None:
        symbols = _list_symbols(connection.lines)
        try:
            async with contextlib.aclosing(self._iterate(symbols)) as ticks:
                async for tick in ticks:
                    self._hear(connection, tick)
            raise ProviderError("The stream ended.")
        except ProviderPlanLacks as error:
            log.warning("stream_refused", provider=self._name, detail=error.detail)
            self._prefers_polls_until = self._now() + _REFUSED_SECONDS
            self._lose(connection)
        except Exception as error:  # what an adapter raises beside its own errors must not end the feed
            detail = error.detail if isinstance(error, ProviderError) else repr(error)
            log.warning("stream_lost", provider=self._name, detail=detail)
            self._lose(connection)

    async def _iterate(self, symbols: Sequence[ProviderSymbol]) -> AsyncGenerator[Tick, None]:
        """The provider's stream as something that can be closed: leaving an `async for` does not."""
        stream = self.provider.stream(symbols)
        try:
            async for tick in stream:
                yield tick
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    def _hear(self, connection: _Connection, tick: Tick) -> None:
        now = self._now()
        connection.heard_at = now
        connection.has_missed = False
        connection.told_until = max(tick.at, connection.told_until or tick.at)
        if not connection.has_spoken:
            connection.has_spoken = True
            self._failures = 0
            for one in connection.lines:
                one.builder.unknown.discard(now - one.lag)
        for line in connection.by_code.get(tick.code, ()):
            if line.id in self._lines and (believed := line.take(tick.at, tick.price, tick.volume, now)):
                self._on_trades(line, believed, tick)

    def _lose(self, connection: _Connection) -> None:
        """From the last word on, nothing is known; try again, later and later."""
        if connection is self._next_stream:
            self._next_stream = None
        elif connection is self._stream:
            self._stream = None
            for line in connection.lines:
                line.builder.unknown.add(connection.known_until(line.lag))
        else:
            return
        pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        self._stream_from = self._now() + pause

    def _choose_polled(self, now: float) -> list[Line]:
        """Whose quotes to ask for: all where there is no stream; else those that were never asked for, and
        all of a stream that is silent or gone.
        """
        lines = list(self._lines.values())
        never = [line for line in lines if line.last_polled_at is None]
        stream = self._stream
        if self._streams and stream is not None and stream.has_spoken:
            is_silent = now - stream.heard_at >= STALL_SECONDS / 2
            quiet = [line for line in lines if is_silent and line.is_open(now)]
        elif self._streams and self._failures < 2 and self._stream is not None:
            quiet = []
        else:
            quiet = [line for line in lines if line.is_open(now)]
        chosen = never + [line for line in quiet if line.last_polled_at is not None]
        chosen.sort(key=lambda line: line.last_polled_at or 0.0)
        chosen = chosen[:_MAX_SYMBOLS_OF_POLL]
        left = self.share.left(now, for_prices=True)
        if left is None:
            return chosen
        while chosen and self._cost(chosen) > left:
            chosen.pop()
        return chosen

    def _cost(self, lines: Sequence[Line]) -> int:
        return self.provider.count_quotes_credits(_list_symbols(lines))

    async def _poll(self, lines: Sequence[Line], now: float) -> None:
        symbols = _list_symbols(lines)
        cost = self.provider.count_quotes_credits(symbols)
        try:
            async with self._spend(self.provider.description, cost):
                self.share.note(now, cost)
                answers = await self.provider.fetch_quotes(symbols)
        except ProviderBusy as error:
            self._poll_from = max(error.retry_at.timestamp(), now + _FIRST_PAUSE_SECONDS)
            return
        except ProviderError as error:
            log.warning("quotes_not_fetched", provider=self._name, detail=error.detail)
            refused = isinstance(error, ProviderKeyRefused)
            self._poll_from = now + (_KEY_REFUSED_SECONDS if refused else _POLL_PAUSE_SECONDS)
            return
        arrived = self._now()
        for line in lines:
            answer = answers.get(line.fed.symbol.code)
            if isinstance(answer, ProviderQuote):
                self._take_quote(line, answer, arrived)
            else:  # this symbol alone has none: not asked for again at once
                line.last_polled_at = arrived
        # Everyone's turn comes once in a period, a batch at a time.
        everyone = [line for line in self._lines.values() if line.is_open(arrived)] or lines
        period = self.share.choose_period(arrived, self._cost(everyone), self._seconds_to_serve(arrived))
        self._poll_from = arrived + period * min(1.0, len(lines) / max(1, len(everyone)))
        for line in everyone:
            line.be_patient(max(3 * period, SILENCE_SECONDS))

    def _take_quote(self, line: Line, quote: ProviderQuote, now: float) -> None:
        stream = self._stream
        if stream is not None and line.last is not None and now - stream.heard_at >= STALL_SECONDS / 2:
            stream.has_missed |= quote.at.timestamp() > line.last.at + 1.0
        believed = line.take_quote(quote, now)
        if believed:
            at = quote.at.timestamp()
            self._on_trades(line, believed, Tick(quote.code, quote.price, at))

    def _seconds_to_serve(self, now: float) -> float:
        """Until the UTC day ends, or the last of the markets closes."""
        day_end = (now // 86_400 + 1) * 86_400
        ends = []
        for line in self._lines.values():
            if line.is_open(now):
                changes_at = line.hours.changes_at(now)
                ends.append(day_end if changes_at is None else min(changes_at, day_end))
        return max(ends, default=now + timedelta(hours=1).total_seconds()) - now


def _list_symbols(lines: Iterable[Line]) -> list[ProviderSymbol]:
    """Each symbol once, however many instruments have it."""
    return list({line.fed.symbol.code: line.fed.symbol for line in lines}.values())
