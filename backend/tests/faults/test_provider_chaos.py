"""A provider that fails in every way it knows, for a while: at the end no bar is wrong or lacks, its quota
was never exceeded, and other routes answered meanwhile.

The stack and the provider are told that it is shortly before 00:00 UTC: when the day's credits are refused,
the next day comes in the middle of the chaos. In the short form told time runs fast. Beside back-fills, coins
are watched live over a socket that is dropped every five seconds, so that each of their minutes has to be
fetched.

FLOWREX_CHAOS_SECONDS makes it longer (600 is the published run, at the clock's own speed; then other routes'
p99 has to stay below 300 ms).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.engine.intervals import Interval
from tests.faults.live_watching import Watcher
from tests.faults.signed_in import sign_in, sign_up
from tests.faults.stack import Stack, wait_until
from tests.faults.stored_history import VALUES, count_open, read_stored
from tests.faults.told_time import ToldTime
from tests.standins.twelvedata.market import LISTINGS, Listing, Market
from tests.standins.twelvedata.server import KEY, StandIn
from tests.standins.twelvedata.stream import StreamTerms

CHAOS_SECONDS = float(os.environ.get("FLOWREX_CHAOS_SECONDS", "20"))
IS_LONG = CHAOS_SECONDS > 60
SPEED = 1.0 if IS_LONG else 12.0
# So few that the credits, and with them the chaos, last.
PER_MINUTE = 120 if IS_LONG else 600
STOCKS = [one for one in LISTINGS if one.calendar == "XNYS" and one.plan is None][: 8 if IS_LONG else 2]
COINS = [one for one in LISTINGS if one.calendar == "24/7"]
INTERVALS = {"1day": "2016-12-01", "1min": "2025-12-01" if IS_LONG else "2026-10-01"}
# (kind, of so many requests)
FAULTS = (
    ("minute", 0.01 if IS_LONG else 0.0),
    ("error_body", 0.08),
    ("html", 0.08),
    ("nan", 0.08),
    ("truncated", 0.08),
    ("stale", 0.08),
    ("repeated", 0.08),
    ("contradictory", 0.08),
)
STALL_SECONDS = 30.0 if IS_LONG else 2.0
DROP_SECONDS = 5.0 / SPEED
# The day's refusal is due when so much of the chaos is over, and midnight comes at so much.
REFUSED_AT, MIDNIGHT_AT = 0.3, 0.6
DAY_SECONDS = 86_400
WORST_P99_SECONDS = 0.3
# A request may be under way while another one is refused.
UNDER_WAY_SECONDS = 1.0
# Until a minute that nobody saw whole is fetched: once in a minute where credits are counted.
SETTLED_SECONDS = 150.0


@dataclass
class Findings:
    """What was compared. Each wrong or missing bar is told."""

    bars: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@pytest.fixture
def told(tmp_path: Path) -> ToldTime:
    return ToldTime(tmp_path / "time", SPEED)


@pytest.fixture
def standin(told: ToldTime) -> Iterator[StandIn]:
    terms = StreamTerms(tick_seconds=0.5 / SPEED, drop_after_seconds=DROP_SECONDS)
    with StandIn(per_minute=PER_MINUTE, per_day=None, sliding=True, stream=terms, clock=told.now) as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path, standin: StandIn, told: ToldTime) -> Iterator[Stack]:
    settings = {
        "TWELVEDATA_API_KEY": KEY,
        "TWELVEDATA_BASE_URL": standin.base_url,
        "TWELVEDATA_STREAM_URL": standin.stream_url,
        "TWELVEDATA_STREAM": "true",
        "TWELVEDATA_CREDITS_PER_MINUTE": str(PER_MINUTE),
        "TWELVEDATA_CREDITS_PER_DAY": "1000000",
        "CRYPTO_EXCHANGES": ",",
        "SIMULATED_FEED": "false",
        "ACCESS_TOKEN_EXPIRE_MINUTES": "1440",
    }
    stack = Stack(tmp_path / "home", tmp_path / "output.txt", settings=settings | told.settings)
    try:
        stack.wait_ready()
        yield stack
    finally:
        stack.end()


@pytest.mark.timeout(300 + 3 * CHAOS_SECONDS)
def test_a_provider_in_chaos_spoils_no_bar_and_slows_nobody(
    stack: Stack, standin: StandIn, told: ToldTime
) -> None:
    dsn = json.loads((stack.home / "state.json").read_text("utf-8"))["environment"]["DATABASE_URL"]
    midnight = (time.time() // DAY_SECONDS + 1) * DAY_SECONDS
    told.tell(midnight - SPEED * (MIDNIGHT_AT * CHAOS_SECONDS + 60))
    told.tell_database(dsn)
    stack.get("worker").kill()  # so that all its connections are new
    wait_until(lambda: stack.is_healthy() and "worker is back" in stack.output, 60, stack.dump)
    told.tell(midnight - SPEED * MIDNIGHT_AT * CHAOS_SECONDS)
    told.tell_database(dsn)
    with closing(sign_up(stack)) as client:
        stocks = [_add(client, one, INTERVALS) for one in STOCKS]
        an_hour_ago = datetime.fromtimestamp(told.now() - 3_600, UTC).isoformat()
        coins = [_add(client, one, {"1min": an_hour_ago}) for one in COINS]
        begin = int(told.now() // 60) * 60 - 3_600 + 60
        _switch_on(standin, "stall")
        channels = [
            f"{name}:{one}{more}" for one in coins for name, more in (("quotes", ""), ("bars", ":1min"))
        ]
        with Watcher(stack.port, lambda: sign_in(client), channels) as watcher:
            waits = _live_through_chaos(client, standin, told, stocks)
            met = {kind.value: count for kind, count in standin.faults.met.items()}
            end = int(told.now() // 60) * 60
            standin.faults.clear()
            wait_until(lambda: count_open(client) == 0, 120 + CHAOS_SECONDS, stack.dump)
            found = Findings()
            for stock in STOCKS:
                for interval, start in INTERVALS.items():
                    _compare(client, stock, Interval(interval), _seconds(start), int(told.now()), told, found)
            _wait_until_settled(client, told, begin, end)
            for coin in COINS:
                _compare(client, coin, Interval.MIN_1, begin, end - 60, told, found)
            quotes = sum(len(watcher.quotes(one)) for one in channels if one.startswith("quotes"))
    slowest = float(np.quantile(waits, 0.99))
    refused_at = min(one.at for one in standin.quota.requests if one.fault == "day")
    silent_from = refused_at + UNDER_WAY_SECONDS * SPEED
    meanwhile = [one for one in standin.quota.requests if silent_from < one.at < midnight]
    after = min(one.at for one in standin.quota.requests if one.at >= midnight)
    print(  # noqa: T201 - the figures are the point
        f"\n{CHAOS_SECONDS:.0f} s of chaos at {SPEED:g}-fold time, {len(STOCKS)} stocks, {len(COINS)} coins:"
        f" {found.bars:,} bars, {len(found.wrong)} wrong, {len(found.missing)} missing;"
        f" {len(standin.quota.requests)} requests, faults met {met}, {standin.streams.connections} sockets,"
        f" each dropped after {DROP_SECONDS * SPEED:g} s, {quotes} quotes heard;"
        f" {standin.quota.violations} times above the quota;"
        f" the day's credits refused {midnight - refused_at:.0f} s before 00:00 UTC, {len(meanwhile)}"
        f" requests until then, the next one {after - midnight:.1f} s after it;"
        f" other routes: {len(waits)} requests, p99 {slowest * 1000:.0f} ms"
    )
    assert not found.wrong, found.wrong[:20]
    assert not found.missing, found.missing[:20]
    assert standin.quota.violations == 0
    assert not meanwhile, meanwhile[:5]
    assert not IS_LONG or slowest <= WORST_P99_SECONDS
    assert not IS_LONG or met.keys() == {"day", "stall", *(kind for kind, _ in FAULTS)}


def _switch_on(standin: StandIn, *next_ones: str) -> None:
    """All faults, after these. Each is met at least once, if there are requests enough."""
    standin.faults.clear()
    for kind in next_ones:
        standin.faults.set(kind, times=1, seconds=STALL_SECONDS)
    for kind, probability in FAULTS:
        if kind not in standin.faults.met:
            standin.faults.set(kind, times=1)
        standin.faults.set(kind, probability=probability)


def _add(client: httpx.Client, listing: Listing, history: dict[str, str]) -> str:
    """Add what the provider has, with its history; its id."""
    body: dict[str, Any] = {"provider": "twelvedata", "code": listing.symbol, "history": history}
    if listing.mic_code:
        body["mic_code"] = listing.mic_code
    answer = client.post("/instruments/from-provider", json=body).raise_for_status()
    return str(answer.json()["instrument"]["id"])


def _live_through_chaos(
    client: httpx.Client, standin: StandIn, told: ToldTime, stocks: list[str]
) -> list[float]:
    """Ask other routes while everything fails; seconds of each answer. What was brought is asked for anew
    when all is done, the provider stalls once a minute, and refuses the day's credits once.
    """
    waits: list[float] = []
    began = time.monotonic()
    every = [_Turn(60.0, lambda: standin.faults.set("stall", times=1, seconds=STALL_SECONDS))]
    every.append(_Turn(1.0, lambda: _keep_busy(client, stocks)))
    every.append(_Turn(CHAOS_SECONDS, lambda: _switch_on(standin, "day"), first=REFUSED_AT * CHAOS_SECONDS))
    while (passed := time.monotonic() - began) < CHAOS_SECONDS:
        for turn in every:
            turn.take(passed)
        for path in ("/health/live", "/instruments", f"/bars?symbol={STOCKS[0].symbol}&interval=1day"):
            asked = time.perf_counter()
            client.get(path)
            waits.append(time.perf_counter() - asked)
        time.sleep(0.05)
    return waits


class _Turn:
    """Something to do every so many seconds, first after `first`."""

    def __init__(self, seconds: float, do: Callable[[], object], first: float | None = None) -> None:
        self._seconds, self._do = seconds, do
        self._due = seconds / 60 if first is None else first

    def take(self, passed: float) -> None:
        if passed >= self._due:
            self._due += self._seconds
            self._do()


def _keep_busy(client: httpx.Client, stocks: list[str]) -> None:
    if count_open(client) == 0:
        for one in stocks:
            body = {"interval": "1min", "start": INTERVALS["1min"], "again": True}
            client.post(f"/instruments/{one}/backfills", json=body).raise_for_status()


def _wait_until_settled(client: httpx.Client, told: ToldTime, begin: int, end: int) -> None:
    """Return when the coins' minutes are all there, or should have been."""
    until = max(told.now(), end) + SETTLED_SECONDS
    wanted = (end - begin) // 60
    while told.now() < until:
        counts = [len(read_stored(client, one, Interval.MIN_1, begin, end - 59)["time"]) for one in COINS]
        if min(counts) >= wanted:
            return
        time.sleep(0.5)


def _compare(
    client: httpx.Client,
    listing: Listing,
    interval: Interval,
    start: int,
    last: int,
    told: ToldTime,
    found: Findings,
) -> None:
    """Hold every stored bar with start ≤ time ≤ last against the provider's own."""
    true = Market().bars(listing, interval, start, last, told.now(), adjusted=False)
    got = read_stored(client, listing, interval, start, last + 1)
    stored = dict(zip(got["time"], zip(*(got[name] for name in VALUES), strict=True), strict=True))
    columns = [column.tolist() for column in true.columns()]
    for place, at in enumerate(true.time.tolist()):
        bar = tuple(None if column[place] != column[place] else column[place] for column in columns)
        name = f"{listing.symbol} {interval.value} {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
        if at not in stored:
            found.missing.append(name)
        elif stored[at] != bar:
            found.wrong.append(f"{name}: {stored[at]}, not {bar}")
    known = set(true.time.tolist())
    found.wrong += [f"{listing.symbol} {interval.value} {at}: there was none" for at in stored.keys() - known]
    found.bars += len(stored)


def _seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
