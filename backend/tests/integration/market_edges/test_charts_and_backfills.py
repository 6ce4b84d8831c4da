"""The edges of markets on the chart and in the back-fill: clocks that change, a day that ends early, currency
bars that are dated on a Saturday, a split overnight. What the alerts and the watchlist make of them stands in
the other file.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from app.engine.intervals import Interval
from tests.integration.market_edges.conftest import Filled
from tests.standins.twelvedata.market import Market, find_listing

pytestmark = pytest.mark.anyio
SHARE, PAIR = "SPLT", "EUR/USD"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def hours(*stretches: tuple[str, str]) -> list[int]:
    return [time for start, end in stretches for time in range(at(start), at(end), 3_600)]


# --- the clocks change: New York on 8 March and 1 November 2026 ----------------------------------------


@pytest.mark.parametrize(
    ("symbol", "start", "end", "expected", "sessions"),
    [
        (
            SHARE,
            "2026-03-06",
            "2026-03-10",
            hours(("2026-03-06 14:30", "2026-03-06 21:00"), ("2026-03-09 13:30", "2026-03-09 20:00")),
            [("2026-03-06", "03-06T14:30", "03-06T21:00"), ("2026-03-09", "03-09T13:30", "03-09T20:00")],
        ),
        (
            SHARE,
            "2026-10-30",
            "2026-11-03",
            hours(("2026-10-30 13:30", "2026-10-30 20:00"), ("2026-11-02 14:30", "2026-11-02 21:00")),
            [("2026-10-30", "10-30T13:30", "10-30T20:00"), ("2026-11-02", "11-02T14:30", "11-02T21:00")],
        ),
        (
            PAIR,
            "2026-03-06T20:00:00Z",
            "2026-03-09",
            hours(("2026-03-06 20:00", "2026-03-06 22:00"), ("2026-03-08 21:00", "2026-03-09 00:00")),
            [],
        ),
        (
            PAIR,
            "2026-10-30T19:00:00Z",
            "2026-11-02",
            hours(("2026-10-30 19:00", "2026-10-30 21:00"), ("2026-11-01 22:00", "2026-11-02 00:00")),
            [],
        ),
    ],
)
async def test_the_chart_follows_the_clocks(
    filled: Filled,
    symbol: str,
    start: str,
    end: str,
    expected: list[int],
    sessions: list[tuple[str, str, str]],
) -> None:
    assert (await filled.times(symbol, Interval.HOUR_1, start, end)).tolist() == expected
    if sessions:
        assert await filled.sessions(symbol, start, end) == sessions


@pytest.mark.parametrize(
    ("symbol", "closed", "last_hour"),
    [
        (SHARE, ("2025-03-07T21:00:00Z", "2025-03-10T13:30:00Z"), "2025-03-07T20:30:00Z"),
        (SHARE, ("2024-11-01T20:00:00Z", "2024-11-04T14:30:00Z"), "2024-11-01T19:30:00Z"),
        (PAIR, ("2025-03-07T22:00:00Z", "2025-03-09T21:00:00Z"), "2025-03-07T21:00:00Z"),
        (PAIR, ("2024-11-01T21:00:00Z", "2024-11-03T22:00:00Z"), "2024-11-01T20:00:00Z"),
    ],
)
async def test_a_backfill_asks_for_no_hour_between_two_sessions_whatever_the_clocks_do(
    filled: Filled, symbol: str, closed: tuple[str, str], last_hour: str
) -> None:
    assert await filled.backfill(symbol, Interval.HOUR_1, *closed) == (0, 0)
    assert await filled.backfill(symbol, Interval.HOUR_1, last_hour, closed[1]) == (1, 1)


# --- an early close: 3 July 2025, 13:00 in New York ----------------------------------------------------


async def test_the_chart_of_an_early_close_ends_with_it(filled: Filled) -> None:
    times = await filled.times(SHARE, Interval.HOUR_1, "2025-07-03", "2025-07-04")
    assert times.tolist() == hours(("2025-07-03 13:30", "2025-07-03 17:00"))
    assert await filled.sessions(SHARE, "2025-07-03", "2025-07-07") == [
        ("2025-07-03", "07-03T13:30", "07-03T17:00")
    ]
    days = await filled.times(SHARE, Interval.DAY_1, "2025-07-02", "2025-07-08")
    assert days.tolist() == [at("2025-07-02"), at("2025-07-03"), at("2025-07-07")]


async def test_a_backfill_asks_for_nothing_after_an_early_close(filled: Filled) -> None:
    closed = "2024-07-03T17:00:00Z", "2024-07-05T13:30:00Z"
    assert await filled.backfill(SHARE, Interval.HOUR_1, *closed) == (0, 0)
    assert await filled.backfill(SHARE, Interval.HOUR_1, "2024-07-03T16:30:00Z", closed[1]) == (1, 1)


# --- currencies: a day may be dated on a Saturday ------------------------------------------------------


async def test_the_chart_of_a_currency_has_no_saturday(filled: Filled) -> None:
    times = await filled.times(PAIR, Interval.DAY_1, "2025-06-02", "2026-11-28")
    assert {datetime.fromtimestamp(int(time), UTC).weekday() for time in times} == {0, 1, 2, 3, 4}
    weekend = await filled.sessions(PAIR, "2026-11-27", "2026-12-01")
    assert [one[0] for one in weekend] == ["2026-11-27", "2026-11-30"]


async def test_a_saturday_of_a_currency_is_neither_asked_for_nor_stored(filled: Filled) -> None:
    listing = find_listing(PAIR)
    assert listing is not None
    begin, end = at("2025-05-23"), at("2025-05-31")
    told = Market().bars(listing, Interval.DAY_1, begin, end, at("2026-11-30"), adjusted=False)
    assert await filled.backfill(PAIR, Interval.DAY_1, "2025-05-24", "2025-05-26") == (0, 0)
    assert await filled.backfill(PAIR, Interval.DAY_1, "2025-05-23", "2025-06-01") == (1, 6)
    stored = await filled.times(PAIR, Interval.DAY_1, "2025-05-23", "2025-06-01")
    assert [datetime.fromtimestamp(int(one), UTC).weekday() for one in stored] == [4, 0, 1, 2, 3, 4]
    assert set(stored.tolist()) <= set(told.time.tolist())


# --- a split overnight: two for one on 16 June 2026 ----------------------------------------------------


async def test_the_chart_goes_through_a_split_and_shows_what_was_traded_when_asked(filled: Filled) -> None:
    window = "2026-06-15", "2026-06-17"
    adjusted = (await filled.chart(SHARE, Interval.DAY_1, *window))["close"]
    raw = (await filled.chart(SHARE, Interval.DAY_1, *window, adjust="none"))["close"]
    assert raw[0] == pytest.approx(2 * adjusted[0])
    assert raw[1] == adjusted[1]
    assert abs(adjusted[1] / adjusted[0] - 1) < 0.1
    hourly = (await filled.chart(SHARE, Interval.HOUR_1, *window))["close"]
    assert max(abs(np.diff(np.log(hourly)))) < 0.1


async def test_a_backfill_stores_what_was_traded_and_asks_for_splits_once(filled: Filled) -> None:
    listing = find_listing(SHARE)
    assert listing is not None
    begin, end = at("2026-06-08"), at("2026-06-23")
    true = Market().bars(listing, Interval.DAY_1, begin, end, at("2026-11-30"), adjusted=False)
    raw = await filled.chart(SHARE, Interval.DAY_1, "2026-06-08", "2026-06-24", adjust="none")
    assert raw["time"] == true.time.tolist()
    assert raw["close"] == true.close.tolist()
    splits = [one for one in filled.standin.quota.requests if one.path == "splits"]
    assert [one.symbols for one in splits] == [(SHARE,)]
    read = (await filled.client.get(f"/api/v1/instruments/{filled.ids[SHARE]}/splits")).json()
    assert [one["date"] for one in read] == ["2026-06-16"]
