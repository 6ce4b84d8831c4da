"""The worker is killed again and again while it back-fills: complete at the end, no bar asked for twice, no
credit spent in vain, but for answers that were under way when it died.

FLOWREX_BACKFILL_INSTRUMENTS, _DAILY_FROM, _MINUTES_FROM and _KILLS (each with that prefix) make it longer:
20, 2016-12-01, 2025-12-01 and 20 are the published run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.engine.intervals import Interval
from tests.faults.signed_in import sign_up
from tests.faults.stack import Stack, wait_until
from tests.faults.stored_history import count_open, read_stored
from tests.standins.twelvedata.market import LISTINGS, Listing, Market
from tests.standins.twelvedata.quota import Asked
from tests.standins.twelvedata.server import KEY, StandIn


def _knob(name: str, short: str) -> str:
    return os.environ.get(f"FLOWREX_BACKFILL_{name}", short)


INSTRUMENTS = int(_knob("INSTRUMENTS", "2"))
DAILY_FROM = _knob("DAILY_FROM", "2024-12-01")
MINUTES_FROM = _knob("MINUTES_FROM", "2026-09-01")
KILLS = int(_knob("KILLS", "2"))
LONGEST_SECONDS = 60 + 60 * KILLS + 30 * INSTRUMENTS
STOCKS = [one for one in LISTINGS if one.calendar == "XNYS" and one.plan is None][:INSTRUMENTS]
PAGE = 5_000
SPLITS_CREDITS = 20
_SETTLED_SECONDS = 21.0
# A last page of history begins earlier than that; a question for what has closed since does not.
_NEWS_SECONDS = 3600


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(per_minute=None, per_day=None) as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path, standin: StandIn) -> Iterator[Stack]:
    settings = {
        "TWELVEDATA_API_KEY": KEY,
        "TWELVEDATA_BASE_URL": standin.base_url,
        "TWELVEDATA_STREAM_URL": standin.stream_url,
        "TWELVEDATA_CREDITS_PER_MINUTE": "100000",
        "TWELVEDATA_CREDITS_PER_DAY": "1000000",
        "CRYPTO_EXCHANGES": ",",
        "SIMULATED_FEED": "false",
    }
    stack = Stack(tmp_path / "home", tmp_path / "output.txt", settings=settings)
    try:
        stack.wait_ready()
        yield stack
    finally:
        stack.end()


@pytest.mark.timeout(2 * LONGEST_SECONDS)
def test_a_backfill_whose_worker_is_killed_again_and_again_asks_nothing_twice(
    stack: Stack, standin: StandIn
) -> None:
    if KILLS > 2:
        standin.faults.set("stall", path="time_series", seconds=0.3)
    with closing(sign_up(stack)) as client:
        started, begun_at = time.monotonic(), time.time()
        for stock in STOCKS:
            body = {
                "provider": "twelvedata",
                "code": stock.symbol,
                "mic_code": stock.mic_code,
                "history": {"1day": DAILY_FROM, "1min": MINUTES_FROM},
            }
            client.post("/instruments/from-provider", json=body).raise_for_status()
        searches = sum(one.path == "symbol_search" for one in standin.quota.requests)
        luck = random.Random(4)
        for kill in range(KILLS):
            before = _count_series_requests(standin)
            wait_until(lambda: _count_series_requests(standin) > before, 120, stack.dump)  # noqa: B023
            # A process that dies at once again and again is not started any more: now and then one lives.
            time.sleep(luck.uniform(0, 0.6) + (_SETTLED_SECONDS if kill % 5 == 4 else 0))
            worker = stack.get("worker")
            worker.kill()
            wait_until(lambda: stack.find("worker") not in (None, worker), 60, stack.dump)  # noqa: B023
        wait_until(lambda: count_open(client) == 0, LONGEST_SECONDS, stack.dump)
        seconds = time.monotonic() - started
        minimum = 0
        for stock in STOCKS:
            for interval, start in ((Interval.DAY_1, DAILY_FROM), (Interval.MIN_1, MINUTES_FROM)):
                wanted = _expected(stock, interval, start)
                got = np.array(read_stored(client, stock, interval)["time"], dtype=np.int64)
                assert np.array_equal(got, wanted[: len(got)]), (stock.symbol, interval)
                assert len(wanted) - len(got) <= 2, (stock.symbol, interval)
                minimum += -(-int((got < begun_at).sum()) // PAGE)
    # While the market is open, the bars that close meanwhile are asked for as well: they are no history.
    every = [one for one in standin.quota.requests if one.path == "time_series"]
    asked = [one for one in every if _read_start(one) < begun_at - _NEWS_SECONDS]
    news = len(every) - len(asked)
    splits = [one for one in standin.quota.requests if one.path == "splits"]
    pages = {(one.symbols, one.parameters["interval"], one.parameters["end_date"]) for one in asked}
    died = len(asked) - len(pages)
    print(  # noqa: T201 - the figures are the point
        f"\n{INSTRUMENTS} instruments, {KILLS} kills, {seconds:.0f} s: {len(pages)} pages (the minimum is"
        f" {minimum}), {news} of bars that closed meanwhile, {died} answers that died under way,"
        f" {len(splits)} questions for splits, {standin.quota.spent - searches} credits,"
        f" {standin.quota.count_repeated():,} bars sent twice"
    )
    assert len(pages) == minimum
    assert 0 <= died <= KILLS
    assert INSTRUMENTS <= len(splits) <= INSTRUMENTS + KILLS
    assert standin.quota.spent - searches == minimum + died + news + SPLITS_CREDITS * len(splits)
    assert standin.quota.count_repeated() <= died * PAGE + news * _NEWS_SECONDS // 60


def _read_start(request: Asked) -> float:
    return datetime.fromisoformat(request.parameters["start_date"]).replace(tzinfo=UTC).timestamp()


def _count_series_requests(standin: StandIn) -> int:
    return sum(one.path == "time_series" for one in list(standin.quota.requests))


def _expected(stock: Listing, interval: Interval, start: str) -> np.ndarray[Any, Any]:
    begin = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
    now = time.time()
    return Market().bars(stock, interval, begin, int(now), now, adjusted=False).time
