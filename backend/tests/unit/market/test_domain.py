"""Symbols, rights, defaults of asset classes, and the figures that lists show."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.engine.intervals import Interval
from app.market.bar_answers import Answer, AnswerCache
from app.market.csv_files.layout import read_day_order
from app.market.domain import (
    AssetClass,
    ImportForm,
    Instrument,
    InstrumentReadOnly,
    InvalidImport,
    InvalidSymbol,
    Scope,
    Series,
    Split,
    Viewer,
    may_write,
    normalize_symbol,
)
from app.market.import_service import check_form
from app.market.schemas import InstrumentRead
from app.market.series_figures import measure_change, measure_series
from tests.unit.market.builders import days, price_bars

MINA, OTTO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("aapl", "AAPL"), (" brk.b ", "BRK.B"), ("EUR/USD", "EUR/USD"), ("^gspc", None), ("9988.HK", "9988.HK")],
)
def test_symbols(text: str, symbol: str | None) -> None:
    if symbol is None:
        with pytest.raises(InvalidSymbol):
            normalize_symbol(text)
    else:
        assert normalize_symbol(text) == symbol


@pytest.mark.parametrize("text", ["", ".A", "A" * 33, "A B", "A\nB", "Ä", "A\x00", "A;DROP", "\ud800"])
def test_text_that_is_no_symbol(text: str) -> None:
    with pytest.raises(InvalidSymbol):
        normalize_symbol(text)


@pytest.mark.parametrize(
    ("asset_class", "calendar"),
    [
        ("stock", "XNYS"),
        ("etf", "XNYS"),
        ("index", "XNYS"),
        ("crypto", "24/7"),
        ("forex", "FX"),
        ("commodity", None),
        ("other", None),
    ],
)
def test_default_calendars(asset_class: str, calendar: str | None) -> None:
    assert AssetClass(asset_class).default_calendar == calendar


@pytest.mark.parametrize(
    ("viewer", "owner", "allowed"),
    [
        (Viewer(MINA), MINA, True),
        (Viewer(MINA), OTTO, False),
        (Viewer(MINA), None, False),
        (Viewer(MINA, is_admin=True), None, True),
        (Viewer(MINA, is_admin=True), OTTO, False),
        (Viewer(None), None, True),
        (Viewer(None), MINA, False),
    ],
)
def test_who_may_change_an_instrument(viewer: Viewer, owner: UUID | None, allowed: bool) -> None:
    assert may_write(viewer, owner) is allowed


def test_only_admins_import_for_everyone() -> None:
    form = ImportForm("A", Interval.DAY_1, scope=Scope.INSTALLATION)
    check_form(Viewer(MINA, is_admin=True), form)
    with pytest.raises(InstrumentReadOnly):
        check_form(Viewer(MINA), form)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("%d/%m/%Y", "dmy"),
        ("m/d/yyyy", "mdy"),
        ("YYYY-MM-DD", "ymd"),
        ("%B %d, %Y %H:%M", "mdy"),
        ("DD.MM.YYYY HH:mm", "dmy"),
    ],
)
def test_the_order_that_a_date_format_names(text: str, order: str) -> None:
    assert read_day_order(text) == order


@pytest.mark.parametrize("text", ["", "%Y", "whatever", "HH:mm dd/mm/yyyy", "%d/%m"])
def test_a_date_format_that_names_no_order(text: str) -> None:
    with pytest.raises(InvalidImport):
        read_day_order(text)


def make_instrument(*series: Series, splits: tuple[Split, ...] = ()) -> Instrument:
    return Instrument(
        id=MINA,
        owner_id=None,
        symbol="A",
        name="A",
        exchange=None,
        asset_class=AssetClass.STOCK,
        currency=None,
        timezone="UTC",
        calendar=None,
        splits_revision=0,
        series=series,
        splits=splits,
    )


def make_series(interval: Interval, times: list[int], closes: list[float]) -> Series:
    first, last = (datetime.fromtimestamp(time, UTC) for time in (times[0], times[-1]))
    return Series(interval, len(times), first, last, times, closes, 1)


def test_a_list_shows_figures_adjusted_for_splits() -> None:
    days_series = make_series(Interval.DAY_1, days(0, 1, 2), [80.0, 84.0, 21.0])
    minutes = make_series(Interval.MIN_1, days(4), [1.0])
    told = InstrumentRead.of(make_instrument(minutes, days_series, splits=(Split(date(2020, 1, 3), 4.0),)))
    assert told.sparkline == [20.0, 21.0, 21.0]
    assert (told.last_close, told.change) == (21.0, 0.0)
    assert told.intervals == [Interval.MIN_1, Interval.DAY_1]
    assert told.first_bar_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert told.last_bar_at == datetime(2020, 1, 5, tzinfo=UTC)


def test_a_list_shows_an_instrument_without_bars() -> None:
    told = InstrumentRead.of(make_instrument())
    assert (told.sparkline, told.last_close, told.change, told.intervals) == ([], None, None, [])


def test_figures_of_days() -> None:
    figures = measure_series(price_bars(days(*range(40)), [float(n + 1) for n in range(40)]), 30)
    assert figures.sparkline == [float(n + 1) for n in range(10, 40)]
    assert figures.sparkline_times == days(*range(10, 40))


def test_figures_within_the_day_are_closes_of_days() -> None:
    times = [day + 3600 * hour for day in days(0, 1, 2) for hour in range(5)]
    figures = measure_series(price_bars(times, [float(n + 1) for n in range(15)], Interval.HOUR_1), 30)
    assert figures.sparkline == [5.0, 10.0, 15.0]
    one_day = measure_series(price_bars(times[:3], [1.0, 2.0, 3.0], Interval.HOUR_1), 2)
    assert one_day.sparkline == [2.0, 3.0]


def test_the_cache_forgets_the_least_used_first() -> None:
    cache = AnswerCache(max_bytes=10)
    for key in ("a", "b"):
        cache.keep(key, Answer(b"12345", None, "tag"))
    assert cache.find("a", now=0) is not None
    cache.keep("c", Answer(b"12345", None, "tag"))
    assert [cache.find(key, now=0) is not None for key in "abc"] == [True, False, True]
    cache.keep("d", Answer(b"x" * 11, None, "tag"))
    assert cache.find("d", now=0) is None


def test_the_cache_counts_a_replaced_answer_once() -> None:
    cache = AnswerCache(max_bytes=10)
    for _again in range(5):
        cache.keep("a", Answer(b"12345", None, "tag"))
    cache.keep("b", Answer(b"12345", None, "tag"))
    assert cache.find("a", now=0) is not None


def test_an_answer_whose_time_is_over_is_not_given() -> None:
    cache = AnswerCache()
    cache.keep("a", Answer(b"x", None, "tag", expires=100))
    assert cache.find("a", now=99) is not None
    assert cache.find("a", now=100) is None


@pytest.mark.parametrize(
    ("closes", "change"),
    [
        ([], None),
        ([5.0], None),
        ([9.0, 4.0, 5.0], 0.25),
        ([0.0, 5.0], None),
        ([5.0, 0.0], -1.0),
        ([1e-300, 1e300], None),
        ([math.nan, 1.0], None),
        ([math.inf, math.inf], None),
    ],
)
def test_the_change_is_a_number_or_nothing(closes: list[float], change: float | None) -> None:
    assert measure_change(closes) == change
