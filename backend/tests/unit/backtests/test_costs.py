"""The sentence that says which costs a run assumed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.backtests.costs import describe_costs
from app.backtests.domain import FillTerms, RunRequest
from app.backtests.terms import RunTermsRead, write_terms
from app.engine.intervals import Interval
from app.market.domain import Adjustment


def describe(fill_terms: FillTerms | None = None, **fields: Any) -> str:
    request = RunRequest(
        **{
            "source": "enter_long = close > 1",
            "parameters": {},
            "instrument_id": None,
            "symbol": "GOOG",
            "interval": Interval.DAY_1,
            "start": None,
            "end": None,
            "initial_cash": Decimal(10_000),
            "commission_bps": 0.0,
            "commission_fixed": Decimal(0),
            "slippage_bps": 0.0,
            "whole_units": False,
            "close_at_end": True,
            "adjust": Adjustment.SPLITS,
            "fill_terms": fill_terms or FillTerms(),
            **fields,
        }
    )
    return describe_costs(RunTermsRead.model_validate(write_terms(request)))


def test_free_trading_is_called_that() -> None:
    assert describe() == "No costs were assumed: trading was free."


@pytest.mark.parametrize(
    ("terms", "fields", "words"),
    [
        (None, {"commission_bps": 10.0, "slippage_bps": 5.0}, "10 bps of commission, 5 bps of slippage"),
        (None, {"commission_fixed": Decimal("1.50000000")}, "1.5 a fill"),
        (None, {"commission_fixed": Decimal("100.00000000")}, "100 a fill"),
        (FillTerms(commission_per_unit=Decimal("0.005")), {}, "0.005 a unit"),
        (FillTerms(commission_tiers=((Decimal(0), 5.0),)), {"commission_bps": 9.0}, "commission in tiers"),
        (FillTerms(slippage_model="volume_share"), {}, "slippage by the share of the volume"),
        (FillTerms(borrow_rate=0.03), {}, "3.00% a year to borrow"),
    ],
)
def test_each_cost_is_named(terms: FillTerms | None, fields: dict[str, Any], words: str) -> None:
    assert describe(terms, **fields) == f"Costs assumed: {words}."
