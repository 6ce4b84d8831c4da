"""Field types of requests and answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.fields import (
    CleanStr,
    FiniteFloat,
    Moment,
    Money,
    ReadModel,
    StrictModel,
    ceil_seconds,
    write_decimal,
)


class Given(StrictModel):
    text: CleanStr = ""
    number: FiniteFloat = 0.0
    money: Money = Decimal(0)


class Asked(StrictModel):
    at: Moment


class Answer(ReadModel):
    money: Money
    ratio: float | None = None


@pytest.mark.parametrize(
    "body",
    [
        '{"text": "a\\u0000b"}',
        '{"text": "\\ud800"}',
        '{"text": 1}',
        '{"number": NaN}',
        '{"number": Infinity}',
        '{"number": 1e999}',
        '{"number": true}',
        '{"number": "abc"}',
        '{"money": NaN}',
        '{"money": "NaN"}',
        '{"money": "Infinity"}',
        '{"money": "-Infinity"}',
        '{"money": "sNaN"}',
        '{"money": 1e999}',
        '{"money": "1e999"}',
        '{"money": true}',
        '{"money": "abc"}',
        '{"money": null}',
        '{"money": [1]}',
        '{"money": "0.123456789"}',
        '{"money": "123456789012345678901"}',
        '{"unknown": 1}',
    ],
)
def test_what_no_database_can_hold_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        Given.model_validate_json(body)


@pytest.mark.parametrize(
    ("body", "money"),
    [
        ('{"money": "10000"}', Decimal(10000)),
        ('{"money": 10000}', Decimal(10000)),
        ('{"money": 0.1}', Decimal("0.1")),
        ('{"money": "-0.10"}', Decimal("-0.1")),
        ('{"money": "1e3"}', Decimal(1000)),
        ('{"money": 1000000000000}', Decimal(10) ** 12),
        ('{"money": "12345678901234567890.12345678"}', Decimal("12345678901234567890.12345678")),
    ],
)
def test_money_comes_as_text_or_as_a_finite_number(body: str, money: Decimal) -> None:
    assert Given.model_validate_json(body).money == money


@pytest.mark.parametrize(
    ("money", "text"),
    [
        ("10000", "10000"),
        ("1E+3", "1000"),
        ("0.10000000", "0.1"),
        ("5454497.970", "5454497.97"),
        ("100", "100"),
    ],
)
def test_money_goes_out_as_plain_text(money: str, text: str) -> None:
    assert json.loads(Answer(money=Decimal(money)).model_dump_json()) == {"money": text, "ratio": None}


@given(
    st.decimals(
        min_value=Decimal("-1e19"), max_value=Decimal("1e19"), places=8, allow_nan=False, allow_infinity=False
    )
)
def test_money_survives_the_journey_exactly(money: Decimal) -> None:
    sent = json.dumps({"money": write_decimal(money)})
    assert Given.model_validate_json(sent).money == money


@given(st.floats(min_value=-1e9, max_value=1e9).map(lambda number: round(number, 6)))
def test_a_json_number_means_what_is_written(number: float) -> None:
    written = json.dumps(number)
    if abs(number) < 1e-4 and number:
        written = f"{number:.8f}"
    assert Given.model_validate_json(f'{{"money": {written}}}').money == Decimal(written)


def test_undefined_figures_go_out_as_null() -> None:
    assert json.loads(Answer(money=Decimal(1), ratio=float("nan")).model_dump_json())["ratio"] is None


HALF_PAST = datetime(2010, 1, 31, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2010-01-31", datetime(2010, 1, 31, tzinfo=UTC)),
        (" 2010-01-31 ", datetime(2010, 1, 31, tzinfo=UTC)),
        ("2010-01-31T12:30:00Z", HALF_PAST),
        ("2010-01-31t12:30:00z", HALF_PAST),
        ("2010-01-31 12:30:00Z", HALF_PAST),
        ("2010-01-31T12:30Z", HALF_PAST),
        ("2010-01-31T12:30:00", HALF_PAST),
        ("2010-01-31T12:30:00.000000Z", HALF_PAST),
        ("2010-01-31T14:30:00+02:00", HALF_PAST),
        ("2010-01-31T14:30:00 02:00", HALF_PAST),
        ("2010-01-31T06:30:00-06:00", HALF_PAST),
        ("2010-01-31T12:30:00.250Z", HALF_PAST + timedelta(seconds=0.25)),
    ],
)
def test_a_moment_is_an_rfc_3339_time_or_a_date(text: str, moment: datetime) -> None:
    read = Asked.model_validate({"at": text}).at
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "given",
    [
        "yesterday",
        "20100131",
        "2010-W04-7",
        "2010-031",
        "2010-01",
        "2010-1-31",
        "2010-13-01",
        "2010-02-30",
        "2010-01-31T25:00:00Z",
        "2010-01-31T12Z",
        "20100131T123000Z",
        "2010-01-31T12:30:00,5Z",
        "2010-01-31X12:30:00Z",
        "2010-01-31T12:30:00+0200",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2010-01-31T12:30:00\x00",
        "\u0662010-01-31",
        "",
        1_262_304_000,
        None,
        True,
    ],
)
def test_nothing_else_is_a_moment(given: object) -> None:
    with pytest.raises(ValidationError):
        Asked.model_validate({"at": given})


@given(st.datetimes(timezones=st.just(UTC)))
def test_whole_seconds_are_not_before_the_moment(moment: datetime) -> None:
    second = ceil_seconds(moment)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(second, 253_402_300_799))
    assert moment - at < timedelta(seconds=1)
    assert second > 253_402_300_799 or timedelta(0) <= at - moment < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "year"),
    [("0001-01-01", 1600), ("0001-01-01T00:00:00Z", 1600), ("9999-12-31T23:59:59.999999Z", 9999)],
)
def test_moments_that_the_database_would_take_for_infinity_are_none(text: str, year: int) -> None:
    moment = TypeAdapter(Moment).validate_python(text)
    assert moment.year == year
    assert datetime.min.replace(tzinfo=UTC) < moment < datetime.max.replace(tzinfo=UTC)
