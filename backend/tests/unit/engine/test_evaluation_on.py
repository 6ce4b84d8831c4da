"""`on(interval, x)`: the longer bars, when they are known to be closed, and what cannot be asked."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.batch import BatchEvaluator
from app.engine.evaluation import evaluate_rule
from app.engine.higher_bars import HigherBarsFeed
from app.engine.intervals import Interval
from app.engine.language import IntervalUnsuitable, check_rule, compile_rule
from app.engine.streaming import RuleStream
from app.market.resampling import resample

NAN = np.nan


def bars_at(*opens: str, interval: Interval, zone: str = "UTC", volume: object = None) -> Bars:
    """Bars that count up: the first one's close is 1, the next one's 2, …"""
    times = [int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) for text in opens]
    close = np.arange(1.0, len(times) + 1)
    volumes = np.ones(len(times)) if volume is None else np.array(volume, np.float64)
    return Bars(np.array(times), close - 0.5, close + 1, close - 1, close, volumes, interval, zone)


def size_of(expression: str, bars: Bars) -> list[float]:
    size = evaluate_rule(compile_rule(f"enter_long = True\nsize = {expression}"), bars).size
    assert size is not None
    return list(size)


def assert_sizes(expression: str, bars: Bars, expected: list[float]) -> None:
    np.testing.assert_array_equal(size_of(expression, bars), expected)


def session(day: str, hours: range) -> list[str]:
    return [f"{day}T{hour:02d}:30" for hour in hours]


def test_a_day_that_ends_with_its_last_bar_is_known_at_its_close() -> None:
    hours = [f"2024-03-0{day}T{hour:02d}:00" for day in (4, 5) for hour in (21, 22, 23)]
    bars = bars_at(*hours, interval=Interval.HOUR_1)
    assert_sizes('on("1day", close)', bars, [NAN, NAN, 3, 3, 3, 6])


def test_a_session_that_ends_earlier_is_known_with_the_next_one_s_first_bar() -> None:
    opens = session("2024-03-04", range(14, 17)) + session("2024-03-05", range(14, 16))
    bars = bars_at(*opens, interval=Interval.HOUR_1, zone="America/New_York")
    assert_sizes('on("1day", close)', bars, [NAN, NAN, NAN, 3, 3])
    assert_sizes('on("1day", high - low)', bars, [NAN, NAN, NAN, 4, 4])
    assert_sizes('on("1day", volume)', bars, [NAN, NAN, NAN, 3, 3])
    assert_sizes('on("1day", open)', bars, [NAN, NAN, NAN, 0.5, 0.5])


def test_days_are_local_dates() -> None:
    # 23:00 UTC is the next day's 08:00 in Tokyo
    bars = bars_at("2024-03-04T13:00", "2024-03-04T14:00", "2024-03-04T23:00", interval=Interval.HOUR_1)
    tokyo = bars_at(
        *("2024-03-04T13:00", "2024-03-04T14:00", "2024-03-04T23:00"),
        interval=Interval.HOUR_1,
        zone="Asia/Tokyo",
    )
    assert_sizes('on("1day", close)', bars, [NAN, NAN, 3])
    assert_sizes('on("1day", close)', tokyo, [NAN, 2, 2])  # 14:00 UTC ends at midnight


def test_a_grid_within_the_day_stands_on_midnight_utc_and_gaps_close_bars() -> None:
    opens = ("2024-03-04T09:30", "2024-03-04T09:45", "2024-03-04T10:00", "2024-03-04T13:00")
    bars = bars_at(*opens, interval=Interval.MIN_15)
    assert_sizes('on("1h", close)', bars, [NAN, 2, 2, 3])
    assert_sizes('on("45min", close)', bars, [1, 1, 1, 3])  # 09:00 to 09:45, then to 10:30


def test_weeks_and_months_of_days() -> None:
    days = ("2024-02-27", "2024-02-29", "2024-03-01", "2024-03-03", "2024-03-04", "2024-03-05")
    bars = bars_at(*days, interval=Interval.DAY_1)
    assert_sizes('on("1month", close)', bars, [NAN, 2, 2, 2, 2, 2])  # the 29th is the month's last day
    assert_sizes('on("1week", close)', bars, [NAN, NAN, NAN, 4, 4, 4])  # the 3rd is a Sunday
    without = bars_at("2024-03-01", "2024-03-04", "2024-03-08", "2024-03-11", interval=Interval.DAY_1)
    assert_sizes('on("1week", close)', without, [NAN, 1, 1, 3])  # a Friday may not be the last


def test_windows_count_longer_bars_and_truths_are_false_before() -> None:
    opens = [f"2024-03-0{day}T{hour:02d}:00" for day in range(1, 6) for hour in (12, 23)]
    bars = bars_at(*opens, interval=Interval.HOUR_1)
    assert_sizes('on("1day", sma(close, 2))', bars, [NAN, NAN, NAN, 3, 3, 5, 5, 7, 7, 9])
    signals = evaluate_rule(compile_rule('enter_long = on("1day", close > 3)'), bars)
    assert list(signals.enter_long) == [False] * 3 + [True] * 7
    assert_sizes('shift(on("1day", close), 1)', bars, [NAN, NAN, 2, 2, 4, 4, 6, 6, 8, 8])
    assert_sizes('on("1day", weekday)', bars, [NAN, 4, 4, 5, 5, 6, 6, 0, 0, 1])


def test_names_are_evaluated_on_the_longer_bars() -> None:
    opens = [f"2024-03-0{day}T{hour:02d}:00" for day in range(1, 5) for hour in (12, 23)]
    bars = bars_at(*opens, interval=Interval.HOUR_1)
    rule = compile_rule(
        'n = param(2, 1, 3)\ntrend = sma(close, n)\nenter_long = trend > 0\nsize = on("1day", trend) - trend'
    )
    size = evaluate_rule(rule, bars, {"n": 2}).size
    np.testing.assert_array_equal(size, [NAN, NAN, NAN, -0.5, -1.5, -0.5, -1.5, -0.5])


def test_the_rule_s_own_interval_is_x_itself() -> None:
    opens = session("2024-03-04", range(14, 18))
    bars = bars_at(*opens, interval=Interval.HOUR_1, zone="America/New_York")
    for x in ("close", "sma(close, 2)", "hour", "vwap()"):
        np.testing.assert_array_equal(size_of(f'on("1h", {x})', bars), size_of(x, bars))


def test_an_irregular_bar_behind_a_closed_one_begins_another() -> None:
    opens = ("2024-03-04T09:30", "2024-03-04T09:45", "2024-03-04T09:50", "2024-03-04T10:05")
    assert_sizes('on("1h", close)', bars_at(*opens, interval=Interval.MIN_15), [NAN, 2, 3, 3])


def test_missing_volumes_and_prices() -> None:
    opens = [f"2024-03-0{day}T{hour:02d}:00" for day in (1, 2) for hour in (12, 23)]
    some = bars_at(*opens, interval=Interval.HOUR_1, volume=[NAN, 3, NAN, NAN])
    assert_sizes('on("1day", volume)', some, [NAN, 3, 3, NAN])
    some.high[2] = NAN
    assert_sizes('on("1day", high)', some, [NAN, 3, 3, NAN])


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "longer", [Interval.HOUR_1, Interval.HOUR_4, Interval.DAY_1, Interval.WEEK_1, Interval.MONTH_1]
)
def test_longer_bars_are_those_that_the_market_resamples(zone: str, longer: Interval) -> None:
    random = np.random.default_rng(4)
    times = 1_700_000_100 // 900 * 900 + np.cumsum(random.integers(1, 40, 3_000)) * 900
    open_, high, low, close, volume = (np.round(random.uniform(1, 100, 3_000)) for _ in range(5))
    bars = Bars(times, open_, high, low, close, volume, Interval.MIN_15, zone)
    ours, theirs = HigherBarsFeed(longer).feed(bars), resample(bars, longer)
    count = len(ours.bars)
    assert len(theirs) - 1 <= count <= len(theirs)
    for name in ("time", "open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(ours.bars, name), getattr(theirs, name)[:count])
    assert ours.known[-1] == count


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("1h", Interval.DAY_1),
        ("45min", Interval.MIN_30),
        ("1month", Interval.WEEK_1),
        ("1min", Interval.MIN_5),
    ],
)
def test_bars_that_do_not_make_up_the_longer_ones_are_refused(asked: str, given: Interval) -> None:
    rule = compile_rule(f'enter_long = on("{asked}", close > open)')
    bars = bars_at("2024-03-04", "2024-04-01", interval=given)
    with pytest.raises(
        IntervalUnsuitable, match=f"bars of {given} do not make up whole bars of {asked}"
    ) as one:
        evaluate_rule(rule, bars)
    assert (one.value.interval, one.value.longer) == (given, Interval(asked))
    with pytest.raises(IntervalUnsuitable):
        BatchEvaluator(rule, bars)
    with pytest.raises(IntervalUnsuitable):
        RuleStream(rule, interval=given)


PROBLEMS: list[tuple[str, str, str]] = [
    ('on("day", close) > 1', "interval_expected", 'did you mean "1day"'),
    ('on("3h", close) > 1', "interval_expected", "1min, 5min"),
    ("on(close, 5) > 1", "interval_expected", "in quotes"),
    ('on("1day") > 1', "missing_argument", "`x` is missing"),
    ('on("1day", 5) > 1', "series_expected", "the same on every bar"),
    ('on("1day", on("1week", close)) > 1', "on_within_on", "side by side"),
    ('sma(close, "1day") > 1', "string", "no text"),
    ('on("1day", close, 3) > 1', "too_many_arguments", "on(interval, x)"),
    ('close > "1day"', "string", "no text"),
    ("on(1day, close) > 1", "interval_expected", "in quotes"),
    ('on("1day, close) > 1', "string", "quotes on both sides"),
    ("security(close, 5) > 1", "unknown_function", "did you mean on(interval, x)"),
]


@pytest.mark.parametrize(("expression", "code", "part"), PROBLEMS)
def test_what_cannot_be_asked(expression: str, code: str, part: str) -> None:
    problems = check_rule(f"enter_long = {expression}").errors
    assert [problem.code for problem in problems] == [code]
    assert part in problems[0].message


def test_a_name_with_another_interval_in_it_is_no_way_around() -> None:
    source = 'daily = on("1day", close)\nenter_long = on("1week", daily + 1) > 2'
    assert [problem.code for problem in check_rule(source).errors] == ["on_within_on"]


def test_lookback_counts_longer_bars_or_what_they_hold() -> None:
    rule = compile_rule('n = param(5, 1, 40)\nenter_long = on("1day", close > sma(close, n)) and close > 1')
    assert rule.lookback() == 4
    assert rule.lookback({"n": 20}) == 19
    assert rule.lookback({"n": 20}, Interval.HOUR_1) == 20 * 25  # the day on which clocks are put back
    assert rule.lookback({"n": 20}, Interval.HOUR_4) == 20 * 7
    assert rule.lookback({"n": 20}, Interval.DAY_1) == 20
    assert compile_rule('enter_long = on("1month", close) > 1').lookback({}, Interval.DAY_1) == 31
    assert compile_rule('enter_long = on("4h", close) > 1').lookback({}, Interval.HOUR_1) == 4
    assert rule.intervals == (Interval.DAY_1,)
    too_long = 'enter_long = on("1day", sma(shift(close, 3000), 2002)) > 1'
    assert [problem.code for problem in check_rule(too_long).errors] == ["lookback_too_long"]


def test_families_and_contents_differ_by_interval() -> None:
    daily, weekly = (compile_rule(f'enter_long = on("{i}", close) > 3') for i in ("1day", "1week"))
    own = compile_rule("enter_long = close > 3")
    for left, right in ((daily, weekly), (daily, own)):
        assert left.family_hash != right.family_hash
        assert left.content_hash != right.content_hash


def test_as_many_intervals_as_a_rule_holds_are_checked_quickly() -> None:
    names = [interval.value for interval in Interval]
    long = "x = close" + " + sma(close, 3) / high" * 55
    asks = " and ".join(f'on("{names[i % len(names)]}", x > {i})' for i in range(25))
    began = time.perf_counter()
    checked = check_rule(f"{long}\nenter_long = {asks}")
    assert time.perf_counter() - began < 0.1
    assert checked.errors == ()


def test_a_stream_holds_an_open_bar_back() -> None:
    opens = [f"2024-03-0{day}T{hour:02d}:00" for day in range(1, 6) for hour in (12, 18, 23)]
    bars = bars_at(*opens, interval=Interval.HOUR_1)
    rule = compile_rule('enter_long = True\nsize = on("1day", ema(close, 2)) + on("1week", close)')
    whole: Any = evaluate_rule(rule, bars).size
    feed = RuleStream(rule, None, Interval.HOUR_1)
    found: list[float] = []
    for i in range(len(bars)):
        size = feed.feed(bars.slice(i, i + 1)).size
        assert size is not None
        found.extend(size)
    np.testing.assert_array_equal(found, whole)
    assert not np.isnan(whole[-1])
