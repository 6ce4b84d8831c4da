"""Twelve Data's answers: strings become bars, rubbish becomes errors, forming and weekend bars stay out."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.twelvedata_answers import (
    find_error,
    is_no_data,
    read_bars,
    read_earliest,
    read_json,
    read_quote,
    read_splits,
)
from app.adapters.twelvedata_symbols import make_symbol
from app.engine.intervals import Interval
from app.market.domain import AssetClass, normalize_symbol
from app.market.provider_facts import (
    BarsPage,
    ProviderBusy,
    ProviderError,
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderQuotaExhausted,
    ProviderSymbol,
    ProviderSymbolUnknown,
    ProviderUnavailable,
)

NOW = datetime(2026, 7, 2, 15, 0, 30, tzinfo=UTC)
STOCK = ProviderSymbol(
    "AAPL", "AAPL", "Apple", AssetClass.STOCK, mic_code="XNAS", timezone="America/New_York", calendar="XNYS"
)
EURO = ProviderSymbol("EUR/USD", "EUR/USD", "Euro", AssetClass.FOREX, calendar="FX")


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _row(at: str, close: float = 10.0, **more: str) -> dict[str, str]:
    return {"datetime": at, "open": "10.0", "high": "20.0", "low": "1.0", "close": str(close)} | more


def _read(
    rows: list[dict[str, Any]],
    start: str,
    end: str,
    interval: Interval = Interval.MIN_1,
    symbol: ProviderSymbol = STOCK,
    page_size: int = 5_000,
    **more: Any,
) -> BarsPage:
    document = {"meta": {"symbol": symbol.code, "interval": interval.value}, "values": rows, "status": "ok"}
    return read_bars(
        document, symbol, interval, _at(start), _at(end), page_size=page_size, now=NOW.timestamp(), **more
    )


# --- bars -----------------------------------------------------------------------------------------

MINUTES = st.integers(0, 200)
ROWS = st.lists(st.tuples(MINUTES, st.floats(1.0, 20.0)), max_size=60)


@given(ROWS, st.randoms(use_true_random=False))
def test_whatever_the_order_bars_are_ascending_unique_and_the_last_word_holds(
    given_rows: list[tuple[int, float]], chance: Any
) -> None:
    start = _at("2026-07-01 14:00")
    texts = [datetime.fromtimestamp(start + 60 * m, UTC).strftime("%Y-%m-%d %H:%M:%S") for m, _ in given_rows]
    rows = [_row(text, close) for text, (_, close) in zip(texts, given_rows, strict=True)]
    page = _read(rows, "2026-07-01 14:00", "2026-07-01 18:00")
    assert np.all(np.diff(page.bars.time) > 0)
    assert dict(zip(page.bars.time.tolist(), page.bars.close.tolist(), strict=True)) == {
        start + 60 * minute: close for minute, close in given_rows
    }
    assert page.covered_from == start


@given(ROWS, MINUTES, MINUTES)
def test_nothing_outside_of_what_was_asked_for_comes_back(
    given_rows: list[tuple[int, float]], one: int, other: int
) -> None:
    base = _at("2026-07-01 14:00")
    first, last = base + 60 * min(one, other), base + 60 * (max(one, other) + 1)
    rows = [
        _row(datetime.fromtimestamp(base + 60 * minute, UTC).strftime("%Y-%m-%d %H:%M:%S"), close)
        for minute, close in given_rows
    ]
    document = {"values": rows, "status": "ok"}
    page = read_bars(document, STOCK, Interval.MIN_1, first, last, page_size=5_000, now=NOW.timestamp())
    expected = sorted({base + 60 * minute for minute, _ in given_rows if first <= base + 60 * minute < last})
    assert page.bars.time.tolist() == expected


def test_volume_is_absent_where_the_vendor_has_none() -> None:
    page = _read(
        [_row("2026-07-01 14:00:00"), _row("2026-07-01 14:01:00", volume="7")], "2026-07-01", "2026-07-02"
    )
    assert math.isnan(page.bars.volume[0])
    assert page.bars.volume[1] == 7


def test_a_full_page_covers_from_its_oldest_bar_only() -> None:
    rows = [_row(f"2026-07-01 14:0{minute}:00") for minute in range(3)]
    assert _read(rows, "2026-07-01", "2026-07-02", page_size=3).covered_from == _at("2026-07-01 14:00")
    assert _read(rows, "2026-07-01", "2026-07-02", page_size=4).covered_from == _at("2026-07-01")


def test_a_full_page_of_another_stretch_is_rubbish() -> None:
    with pytest.raises(ProviderUnavailable):
        _read([_row("2026-07-01 14:00:00")], "2026-06-01", "2026-06-02", page_size=1)


@pytest.mark.parametrize(
    "bad",
    [
        _row("2026-07-01 14:00:00", math.nan),
        _row("2026-07-01 14:00:00", math.inf),
        _row("2026-07-01 14:00:00", -1),
        _row("2026-07-01 14:00:00", 0),
        _row("2026-07-01 14:00:00", high="0.5"),
        _row("2026-07-01 14:00:00", volume="-1"),
        _row("2026-07-01 14:00:00", volume="many"),
        _row("2026-07-01 14:00:00", open="ten"),
        _row("2026-07-01 14:00:30"),
        _row("2026-07-01"),
        _row("yesterday, at noon "),
        {**_row("2026-07-01 14:00:00"), "close": True},
        {**_row("2026-07-01 14:00:00"), "close": None},
        {"datetime": "2026-07-01 14:00:00"},
        "a bar",
    ],
)
def test_one_bad_bar_makes_the_page_rubbish(bad: Any) -> None:
    with pytest.raises(ProviderUnavailable):
        _read([_row("2026-07-01 13:59:00"), bad], "2026-07-01", "2026-07-02")


@pytest.mark.parametrize("document", [None, [], "x", {}, {"values": None}, {"values": {"a": 1}}])
def test_an_answer_without_bars_is_rubbish(document: object) -> None:
    with pytest.raises(ProviderUnavailable):
        read_bars(document, STOCK, Interval.MIN_1, 0, 60, page_size=5_000, now=NOW.timestamp())


@pytest.mark.parametrize("meta", [{"symbol": "MSFT"}, {"symbol": "AAPL", "interval": "1day"}])
def test_bars_of_something_else_are_rubbish(meta: dict[str, str]) -> None:
    with pytest.raises(ProviderUnavailable):
        read_bars(
            {"meta": meta, "values": []}, STOCK, Interval.MIN_1, 0, 60, page_size=9, now=NOW.timestamp()
        )


# --- what is over ---------------------------------------------------------------------------------


def test_a_forming_bar_never_comes_back() -> None:
    rows = [_row(f"2026-07-02 14:{minute}:00") for minute in (58, 59)] + [_row("2026-07-02 15:00:00")]
    page = _read(rows, "2026-07-02", "2026-07-03")
    assert page.bars.time.tolist() == [_at("2026-07-02 14:58"), _at("2026-07-02 14:59")]


@pytest.mark.parametrize(
    ("interval", "label", "last"),
    [(Interval.DAY_1, "2026-07-02", "2026-07-01"), (Interval.WEEK_1, "2026-06-29", "2026-06-22")],
)
def test_a_day_or_week_that_runs_is_forming(interval: Interval, label: str, last: str) -> None:
    page = _read([_row(last), _row(label)], "2026-06-01", "2026-08-01", interval)
    assert page.bars.time.tolist() == [_at(last)]


def test_a_month_that_runs_is_forming() -> None:
    page = _read([_row("2026-06-01"), _row("2026-07-01")], "2026-01-01", "2026-12-01", Interval.MONTH_1)
    assert page.bars.time.tolist() == [_at("2026-06-01")]


def test_the_calendar_has_the_word_on_what_is_closed() -> None:
    rows = [_row("2026-07-02 14:30:00")]
    asked: dict[str, Any] = {"start": "2026-07-02", "end": "2026-07-03", "interval": Interval.HOUR_1}
    assert len(_read(rows, **asked).bars) == 0
    early = _at("2026-07-02 14:45")
    assert len(_read(rows, **asked, bar_close=lambda *_: early).bars) == 1
    assert len(_read(rows, **asked, bar_close=lambda *_: None).bars) == 0


# --- currencies -----------------------------------------------------------------------------------


def test_a_currency_day_on_a_weekend_is_left_out() -> None:
    rows = [_row("2026-06-26"), _row("2026-06-27"), _row("2026-06-28"), _row("2026-06-29")]
    page = _read(rows, "2026-06-01", "2026-07-01", Interval.DAY_1, EURO)
    assert page.bars.time.tolist() == [_at("2026-06-26"), _at("2026-06-29")]
    assert len(_read(rows, "2026-06-01", "2026-07-01", Interval.DAY_1).bars) == 4  # no currency: as it came


def test_currency_minutes_stand_between_sunday_and_friday_evening_in_new_york() -> None:
    inside = ["2026-06-26 20:59:00", "2026-06-28 21:00:00"]
    outside = ["2026-06-26 21:00:00", "2026-06-27 12:00:00", "2026-06-28 20:59:00"]
    page = _read([_row(at) for at in [*inside, *outside]], "2026-06-01", "2026-07-01", Interval.MIN_1, EURO)
    assert page.bars.time.tolist() == [_at(at) for at in inside]


@pytest.mark.parametrize("dated", ["2026-06-20", "2026-06-21", "2026-06-22"])
def test_a_currency_week_carries_its_monday(dated: str) -> None:
    page = _read([_row(dated)], "2026-06-01", "2026-07-01", Interval.WEEK_1, EURO)
    assert page.bars.time.tolist() == [_at("2026-06-22")]


# --- errors ---------------------------------------------------------------------------------------


def _error(code: int, message: str, http_status: int = 200) -> ProviderError:
    found = find_error({"code": code, "message": message, "status": "error"}, http_status, NOW)
    assert found is not None
    return found


def test_a_minute_is_waited_for_and_a_day_ends_at_midnight() -> None:
    minute = _error(429, "You have run out of API credits for the current minute. 9 API credits were used")
    assert type(minute) is ProviderBusy
    assert minute.retry_at == datetime(2026, 7, 2, 15, 1, tzinfo=UTC)
    day = _error(429, "You have run out of API credits for the day. 801 API credits were used")
    assert isinstance(day, ProviderQuotaExhausted)
    assert day.retry_at == datetime(2026, 7, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (401, "**apikey** parameter is incorrect or not specified.", ProviderKeyRefused),
        (403, "This endpoint is available starting with Grow.", ProviderPlanLacks),
        (404, "This symbol is available starting with Pro. Consider upgrading", ProviderPlanLacks),
        (403, "Access denied", ProviderKeyRefused),
        (404, "**symbol** not found: NOPE.", ProviderSymbolUnknown),
        (400, "**symbol** or **figi** parameter is missing or invalid.", ProviderSymbolUnknown),
        (400, "Invalid **interval** provided: 3min.", ProviderError),
        (500, "There is an error on the server side.", ProviderUnavailable),
    ],
)
def test_each_error_has_its_kind(code: int, message: str, kind: type[ProviderError]) -> None:
    for http_status in (200, code):
        assert type(_error(code, message, http_status)) is kind


def test_the_body_decides_whatever_the_status() -> None:
    assert find_error({"status": "ok", "values": []}, 200, NOW) is None
    assert isinstance(find_error(None, 503, NOW), ProviderUnavailable)
    assert is_no_data(
        {"status": "error", "code": 400, "message": "No data is available on the specified dates. Try"}
    )


@pytest.mark.parametrize("body", [b"<html></html>", b'{"values": [', b'{"close": NaN}', b"", b"\xff\xfe"])
def test_what_is_no_json_is_rubbish(body: bytes) -> None:
    with pytest.raises(ProviderUnavailable):
        read_json(body)


# --- splits, quotes, first times ------------------------------------------------------------------


def test_splits_are_new_shares_for_old_ones_oldest_first() -> None:
    rows = [
        {"date": "2020-08-31", "ratio": 0.25, "from_factor": 4, "to_factor": 1},
        {"date": "2014-06-09", "ratio": 0.14286, "from_factor": 7, "to_factor": 1},
        {"date": "2012-01-02", "ratio": 10.0},
    ]
    splits = read_splits({"meta": {}, "splits": rows})
    assert [(split.date, split.ratio) for split in splits] == [
        (date(2012, 1, 2), 0.1),
        (date(2014, 6, 9), 7.0),
        (date(2020, 8, 31), 4.0),
    ]


@pytest.mark.parametrize(
    "rows", [None, [{"date": "soon", "ratio": 1}], [{"date": "2020-01-01", "ratio": 0}], ["x"]]
)
def test_splits_that_cannot_be_read_are_rubbish(rows: Any) -> None:
    with pytest.raises(ProviderUnavailable):
        read_splits({"splits": rows})


def test_a_quote_is_read() -> None:
    quote = read_quote(
        {
            "close": "10.5",
            "timestamp": 1_782_000_000,
            "last_quote_at": 1_782_000_060,
            "volume": "12",
            "previous_close": "9",
            "is_market_open": True,
        },
        "AAPL",
    )
    assert (quote.price, quote.at.timestamp(), quote.volume) == (10.5, 1_782_000_060, 12.0)
    assert (quote.previous_close, quote.is_market_open) == (9.0, True)


@pytest.mark.parametrize(
    "broken", [{"close": "NaN"}, {"close": "-1"}, {"close": None}, {"timestamp": "soon"}]
)
def test_a_quote_without_a_price_is_rubbish(broken: dict[str, Any]) -> None:
    with pytest.raises(ProviderUnavailable):
        read_quote({"close": "10", "timestamp": 1_782_000_000} | broken, "AAPL")


def test_the_first_time_is_a_label_or_an_instant() -> None:
    told = {"datetime": "2006-01-04", "unix_time": 1_136_385_000}
    assert read_earliest(told, Interval.DAY_1) == _at("2006-01-04")
    assert read_earliest(told, Interval.WEEK_1) == _at("2006-01-02")
    assert read_earliest(told, Interval.MONTH_1) == _at("2006-01-01")
    assert read_earliest(told, Interval.MIN_1) == 1_136_385_000


# --- weight ---


def test_the_api_process_can_search_without_the_heavy_libraries() -> None:
    program = (
        "import sys, app.adapters.twelvedata; "
        "print(sorted({'pandas', 'numba', 'polars', 'exchange_calendars', 'ccxt'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- symbols --------------------------------------------------------------------------------------


def _symbol(**row: str) -> ProviderSymbol:
    found = make_symbol({"instrument_type": "Common Stock", **row})
    assert found is not None
    return found


def test_tickers_stand_alone_in_america_and_carry_their_place_elsewhere() -> None:
    american = _symbol(symbol="AAPL", mic_code="XNAS", exchange_timezone="America/New_York")
    assert (american.symbol, american.calendar, american.timezone) == ("AAPL", "XNYS", "America/New_York")
    viennese = _symbol(symbol="AAPL", mic_code="XWBO", exchange_timezone="Europe/Vienna")
    assert (viennese.symbol, viennese.code, viennese.calendar) == ("AAPL.XWBO", "AAPL", "XWBO")
    assert _symbol(symbol="600519", mic_code="XSHE").calendar == "XSHG"
    assert _symbol(symbol="ODD", mic_code="XYZW").calendar is None


def test_pairs_have_no_place() -> None:
    euro = make_symbol(
        {"symbol": "EUR/USD", "instrument_type": "Physical Currency", "exchange": "PHYSICAL CURRENCY"}
    )
    assert euro is not None
    assert (euro.symbol, euro.exchange, euro.timezone, euro.calendar) == ("EUR/USD", None, "UTC", "FX")
    assert euro.currency == "USD"
    coin = make_symbol({"symbol": "BTC/USD", "instrument_type": "Digital Currency", "exchange": "Binance"})
    assert coin is not None
    assert (coin.exchange, coin.calendar, coin.asset_class) == ("Binance", "24/7", AssetClass.CRYPTO)


@given(
    st.dictionaries(
        st.sampled_from(["symbol", "mic_code", "exchange", "instrument_type"]), st.text(max_size=40)
    )
)
def test_every_symbol_that_is_made_is_one_of_ours(row: dict[str, str]) -> None:
    found = make_symbol(row)
    if found is not None:
        assert normalize_symbol(found.symbol) == found.symbol
