"""Terms come back from their row as they went in, and rows of earlier versions have the defaults."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.backtests.domain import FillTerms, RunRequest
from app.backtests.stored_terms import pack_terms, unpack_detail_interval, unpack_fill_terms
from app.engine.intervals import Interval
from app.market.domain import Adjustment

MONEY = st.decimals(0, 10**12, places=8, allow_nan=False, allow_infinity=False)
RATES = st.floats(0, 10)


def make_request(fill_terms: FillTerms, detail_interval: Interval | None) -> RunRequest:
    plain: dict[str, Any] = {"start": None, "end": None, "whole_units": False, "close_at_end": True}
    return RunRequest(
        source="enter_long = close > 1",
        parameters={},
        instrument_id=None,
        symbol="GOOG",
        interval=Interval.DAY_1,
        initial_cash=Decimal(1),
        commission_bps=0.0,
        commission_fixed=Decimal(0),
        slippage_bps=0.0,
        adjust=Adjustment.NONE,
        fill_terms=fill_terms,
        detail_interval=detail_interval,
        **plain,
    )


@given(
    st.builds(
        FillTerms,
        commission_per_unit=MONEY,
        commission_minimum=MONEY,
        commission_tiers=st.lists(st.tuples(MONEY, RATES), max_size=4).map(tuple),
        slippage_model=st.sampled_from(["fixed", "volume_share"]),
        volume_limit=st.floats(0.001, 1),
        price_impact=st.floats(0, 0.8),
        borrow_rate=RATES,
        overnight_rate=RATES,
    ),
    st.one_of(st.none(), st.sampled_from(Interval)),
)
def test_terms_come_back_as_they_went_in(fill_terms: FillTerms, detail_interval: Interval | None) -> None:
    stored = json.loads(json.dumps(pack_terms(make_request(fill_terms, detail_interval))))
    assert unpack_fill_terms(stored) == fill_terms
    assert unpack_detail_interval(stored) is detail_interval


def test_a_row_of_an_earlier_version_has_the_defaults() -> None:
    assert unpack_fill_terms({}) == FillTerms()
    assert unpack_detail_interval({}) is None
