"""One instrument on the feed: its price, its day, the bars that are being built of it, and how fresh all that
is. No I/O.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.engine.intervals import DAY_SECONDS, MINUTE_SECONDS, Interval
from app.live.bar_building import BarBuilder, BuiltBar, Taken
from app.live.feed_ports import FedInstrument, MarketTimes
from app.live.feed_ticks import TickFilter, Trade
from app.live.quote_facts import Quote, QuoteState
from app.market.provider_facts import ProviderDescription, ProviderQuote
from app.market.service import list_day_closes

# In-flight ticks get this long after the end of a bar before it is given out.
SETTLE_SECONDS = 0.5
# Without a word from the provider for this long while the market trades, a price is stale.
SILENCE_SECONDS = 60.0
# A price that the provider still gives, but that is this old while the market trades, is stale as well.
OLDEST_PRICE_SECONDS = 900.0
_LONGEST_LAG_SECONDS = 3_600.0
_NEWS_SECONDS = 60.0
# Of a delayed provider, until its first tick tells.
_USUAL_LAG_SECONDS = 900.0


class Line:
    """What the engine knows of one instrument."""

    def __init__(
        self, fed: FedInstrument, description: ProviderDescription, hours: MarketTimes, now: float
    ) -> None:
        self.fed = fed
        self.description = description
        self.hours = hours
        self.builder = BarBuilder(hours)
        self.filter = TickFilter()
        self.wanted: frozenset[Interval] = frozenset()
        self.is_seeded = False
        self.is_changed = False
        self.last: Trade | None = None
        self.last_polled_at: float | None = None
        self.heard_at: float | None = None
        self.days_to_confirm: dict[int, float] = {}
        self._patience = SILENCE_SECONDS
        self._lag: float | None = None
        self._told: tuple[float | None, float | None] = (None, None)  # previous close, volume of the day
        self._previous: tuple[int, float | None] | None = None
        self._own_close: tuple[int, float] | None = None
        self._volume_session: int | None = None
        self._begun_at = self.day_start(now)
        self.refer_to_history(now)

    @property
    def id(self) -> UUID:
        """The instrument's."""
        return self.fed.instrument.id

    @property
    def lag(self) -> float:
        """By how many seconds the ticks of a delayed provider come late: the least that was seen."""
        if not self.description.is_delayed:
            return 0.0
        return _USUAL_LAG_SECONDS if self._lag is None else self._lag

    def update(self, fed: FedInstrument, hours: MarketTimes, now: float) -> None:
        """Its facts, splits or stored bars may have changed."""
        self.fed, self.hours = fed, hours
        self.refer_to_history(now)

    def refer_to_history(self, now: float) -> None:
        """Find the close of the session before, and what the first tick is to be compared with."""
        label = self.hours.session_label(now)
        closes = list_day_closes(self.fed.instrument, label)
        before = [one for one in closes if one.day < label]
        stored = (before[-1].day, before[-1].price) if before else None
        own = self._own_close
        if own is not None and own[0] < label and (stored is None or stored[0] < own[0]):
            stored = own[0], own[1] / self._split_since(own[0], label)
        if self.last is None and closes:
            self.filter.expect(closes[-1].price)
        elif (
            stored is not None
            and self._split_since(stored[0], label) != 1.0
            and self._previous
            != (
                label,
                stored[1],
            )
        ):
            # Split overnight: the first price of today is near the adjusted close, not the last price.
            self.filter.expect(stored[1])
        self._previous = label, stored[1] if stored else None

    def _split_since(self, day: int, label: int) -> float:
        ratio = 1.0
        for split in self.fed.instrument.splits:
            midnight = datetime(split.date.year, split.date.month, split.date.day, tzinfo=UTC).timestamp()
            if day < midnight <= label:
                ratio *= split.ratio
        return ratio

    def want(self, intervals: Collection[Interval]) -> None:
        """Build what somebody wants, what is stored (so that it goes on), and the day for its volume."""
        self.wanted = frozenset(intervals)
        self.builder.want({*intervals, *self.fed.instrument.intervals, Interval.DAY_1})

    def day_start(self, now: float) -> int:
        """From when on minutes are kept: the beginning of the running day's bar, or of the last session."""
        label = self.hours.session_label(now)
        opened = self.hours.opens_at(label, Interval.DAY_1)
        longest = int(now) - 2 * DAY_SECONDS
        return max(longest - longest % MINUTE_SECONDS, min(opened, int(now // 14_400) * 14_400))

    def find_lack(self, minutes: Collection[int], start: int) -> int:
        """The first minute from `start` on that is not among these though the market trades in it."""
        stored = set(minutes)
        lacking = (one for one in range(start, max(stored), MINUTE_SECONDS) if one not in stored)
        return next((one for one in lacking if self.is_open(one)), max(stored) + MINUTE_SECONDS)

    def holes_from(self, now: float) -> int:
        """From when on minutes are kept and holes are looked for: since the running day began, or an earlier
        one of which something has yet to be fetched.
        """
        start = self.day_start(now)
        earliest = max(self._begun_at, int(now) - 2 * DAY_SECONDS)
        hole = self.builder.unknown.first_within(earliest, start)
        return start if hole is None else self.day_start(hole[0])

    def miss(self, start: float, end: float) -> None:
        """Nobody listened from `start` until `end` (as the clock says)."""
        self.builder.unknown.add(start - self.lag, end - self.lag)

    def take(
        self, at: float, price: float, volume: float | None, now: float, *, is_polled: bool = False
    ) -> list[Trade]:
        """A price came: the trades that it makes believed, counted into the bars. What a stream tells
        too late for its minute makes that unknown: the provider's own bar takes its place.
        """
        believed = self.filter.judge(at, price, volume, now)
        if not believed:
            return []
        lag = min(max(0.0, now - at), _LONGEST_LAG_SECONDS)
        self._lag = lag if self._lag is None else min(self._lag, lag)
        for trade in believed:
            if self.builder.add(trade.at, trade.price, trade.volume) is Taken.LATE and not is_polled:
                minute = trade.at // MINUTE_SECONDS * MINUTE_SECONDS
                self.builder.unknown.add(minute, minute + MINUTE_SECONDS)
            if self.last is None or trade.at >= self.last.at:
                self.last = trade
        self.heard_at = now
        self.is_changed = True
        return believed

    def take_quote(self, quote: ProviderQuote, now: float) -> list[Trade]:
        """A polled price: it stands for a trade of unknown volume."""
        self.last_polled_at = now
        self.heard_at = now
        self._told = quote.previous_close, quote.volume
        self._volume_session = self.hours.session_label(quote.at.timestamp())
        self.is_changed = True
        return self.take(quote.at.timestamp(), quote.price, None, now, is_polled=True)

    def advance(self, now: float) -> list[BuiltBar]:
        """Let the time pass; bars that are closed by it, or revised."""
        label = self.hours.session_label(now)
        if self._previous is not None and label != self._previous[0]:
            self.refer_to_history(now)
            self.is_changed = True
        if self.description.is_delayed and self._lag is None:
            return []  # nobody knows yet what time it is for its ticks
        built = self.builder.advance(now - self.lag - SETTLE_SECONDS)
        for bar in built:
            if bar.interval is Interval.DAY_1:
                self._own_close = bar.time, bar.values.close
                if Interval.DAY_1 in self.fed.instrument.intervals:
                    self.days_to_confirm.setdefault(bar.time, now + 120.0)
        if built:
            self.builder.forget_before(self.holes_from(now))
        return built

    def is_news(self, bar: BuiltBar, now: float) -> bool:
        """Whether a closed bar is worth telling: what a filled hole brings of earlier ones is fetched."""
        ended_at = self.hours.closes_at(bar.time, bar.interval)
        return now - self.lag - ended_at <= _NEWS_SECONDS

    def is_open(self, now: float) -> bool:
        """Whether its market trades."""
        return self.hours.is_open(now)

    def state(self, now: float) -> QuoteState:
        """What its price is worth. A closed market's last price is not stale."""
        if self.is_open(now):
            is_silent = self.heard_at is None or now - self.heard_at > self._patience
            is_old = self.last is None or now - self.last.at > OLDEST_PRICE_SECONDS + self.lag
            # The first trades of a session may take a while.
            just_opened = not self.hours.is_open(now - OLDEST_PRICE_SECONDS)
            if is_silent or (is_old and not just_opened):
                return QuoteState.STALE
        if self.description.is_simulated:
            return QuoteState.SIMULATED
        return QuoteState.DELAYED if self.description.is_delayed else QuoteState.LIVE

    def be_patient(self, seconds: float) -> None:
        """Let silences of up to this long mean nothing."""
        self._patience = max(SILENCE_SECONDS, seconds)

    def quote(self, now: float) -> Quote | None:
        """The last price; None before there is one."""
        if self.last is None:
            return None
        previous = None if self._previous is None else self._previous[1]
        if previous is None:
            previous = self._told[0]
        return Quote(
            self.id,
            self.last.price,
            datetime.fromtimestamp(self.last.at, UTC),
            previous,
            self._day_volume(now),
            self.state(now),
            self.description.name,
            None if self.fed.instrument.calendar is None else self.is_open(now),
        )

    def _day_volume(self, now: float) -> float | None:
        """Of the running session: counted where every trade of it was seen, else as the provider says."""
        day = self.builder.forming(Interval.DAY_1)
        if day is not None and day.is_whole and day.values.volume == day.values.volume:
            return day.values.volume
        return self._told[1] if self._volume_session == self.hours.session_label(now) else None


def write_bar(bar: BuiltBar, state: QuoteState) -> dict[str, Any]:
    """The data of a message of the topic `bars:<instrument id>:<interval>`."""
    values = bar.values
    return {
        "time": bar.time,
        "open": values.open,
        "high": values.high,
        "low": values.low,
        "close": values.close,
        "volume": None if values.volume != values.volume else values.volume,
        "closed": bar.is_closed,
        "state": state.value,
        "revised": bar.is_revised,
    }
