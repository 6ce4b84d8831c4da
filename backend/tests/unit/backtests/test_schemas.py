"""What a request for a run may say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from app.backtests.schemas import BacktestCreate
from app.engine.intervals import Interval
from app.market.domain import Adjustment

LEAST = {"source": "enter_long = close > 1", "symbol": "GOOG", "interval": "1day"}


def make(**fields: Any) -> BacktestCreate:
    return BacktestCreate.model_validate({**LEAST, **fields})


def test_the_defaults_are_the_published_ones() -> None:
    body = make()
    assert body.model_dump(exclude={"source", "symbol"}) == {
        "strategy_id": None,
        "version": None,
        "symbols": None,
        "basket": None,
        "interval": Interval.DAY_1,
        "start": None,
        "end": None,
        "parameters": {},
        "initial_cash": Decimal(10_000),
        "commission_bps": 0.0,
        "commission_fixed": Decimal(0),
        "commission_per_unit": Decimal(0),
        "commission_minimum": Decimal(0),
        "commission_tiers": [],
        "slippage_bps": 0.0,
        "slippage_model": "fixed",
        "volume_limit": 0.025,
        "price_impact": 0.1,
        "borrow_rate": 0.0,
        "overnight_rate": 0.0,
        "whole_units": False,
        "close_at_end": True,
        "adjust": Adjustment.SPLITS,
        "detail_interval": None,
    }


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2010-01-31", datetime(2010, 1, 31, tzinfo=UTC)),
        ("2010-01-31T12:30:00Z", datetime(2010, 1, 31, 12, 30, tzinfo=UTC)),
        ("2010-01-31T12:30:00+02:00", datetime(2010, 1, 31, 10, 30, tzinfo=UTC)),
        ("2010-01-31T12:30:00", datetime(2010, 1, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_times_are_rfc_3339_or_dates(text: str, moment: datetime) -> None:
    assert make(start=text).start == moment


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "yesterday"),
        ("start", 1_262_304_000),
        ("start", "2010-13-01"),
        ("start", "0001-01-01T00:00:00+14:00"),
        ("start", "9999-12-31T23:59:59-14:00"),
        ("start", "2010-01-01T00:00:00\x00"),
        ("initial_cash", "0"),
        ("initial_cash", "-5"),
        ("initial_cash", "1000000000001"),
        ("initial_cash", "NaN"),
        ("initial_cash", float("nan")),
        ("initial_cash", float("inf")),
        ("initial_cash", True),
        ("initial_cash", "0.000000001"),
        ("commission_bps", -0.1),
        ("commission_bps", 1000.1),
        ("commission_bps", float("nan")),
        ("commission_bps", True),
        ("slippage_bps", float("inf")),
        ("slippage_bps", -1),
        ("commission_fixed", "-1"),
        ("commission_fixed", "Infinity"),
        ("interval", "7min"),
        ("adjust", "dividends"),
        ("symbol", "GO\x00OG"),
        ("symbol", "G" * 100),
        ("source", "a\x00b"),
        ("parameters", {"n": float("nan")}),
        ("parameters", {"n": float("-inf")}),
        ("parameters", {"n": True}),
        ("parameters", {"n": "ten"}),
        ("parameters", {str(n): 1 for n in range(101)}),
        ("version", 1),
        ("strategy_id", uuid4()),
        ("leverage", 3),
        ("symbols", ["GOOG", "AAPL"]),
        ("symbol", None),
        ("basket", {"slots": 2}),
        ("commission_per_unit", "-0.01"),
        ("commission_minimum", "NaN"),
        ("commission_tiers", [{"from_notional": "0", "bps": 5}, {"from_notional": "0", "bps": 3}]),
        ("commission_tiers", [{"from_notional": "10", "bps": 5}, {"from_notional": "9", "bps": 3}]),
        ("commission_tiers", [{"from_notional": str(n), "bps": 1} for n in range(21)]),
        ("commission_tiers", [{"from_notional": "0", "bps": -1}]),
        ("slippage_model", "none"),
        ("volume_limit", 0),
        ("volume_limit", 1.1),
        ("price_impact", -1),
        ("borrow_rate", -0.1),
        ("overnight_rate", float("inf")),
        ("detail_interval", "1day"),
        ("detail_interval", "1week"),
        ("detail_interval", "7min"),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        make(**{field: value})


def test_neither_rule_nor_strategy_is_refused() -> None:
    with pytest.raises(ValidationError):
        BacktestCreate.model_validate({"symbol": "GOOG", "interval": "1day"})
    with pytest.raises(ValidationError):
        BacktestCreate.model_validate({"symbol": "GOOG", "interval": "1day", "version": 2, "source": "x"})


@pytest.mark.parametrize(
    ("given", "held"), [("0.1", "0.1"), (0.1, "0.1"), (1_000_000, "1000000"), ("1e6", "1E+6")]
)
def test_money_comes_as_text_or_number(given: Any, held: str) -> None:
    assert make(initial_cash=given).initial_cash == Decimal(held)
