"""How many bars a search will run over, known before one is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.engine.intervals import Interval
from app.market.domain import AssetClass, Instrument, IntervalNotAvailable, Series
from app.research.bar_counts import count_bars

BEGIN = datetime(2010, 1, 4, tzinfo=UTC)


def instrument(interval: Interval, bars: int, days: float) -> Instrument:
    series = Series(interval, bars, BEGIN, BEGIN + timedelta(days=days), (), (), 1)
    return Instrument(
        UUID(int=1), None, "X", "X", None, AssetClass.STOCK, None, "UTC", None, 0, series=(series,)
    )


def test_stored_bars_are_counted_exactly() -> None:
    days = instrument(Interval.DAY_1, 2_520, 3_650)
    assert count_bars(days, Interval.DAY_1, None, None) == (2_520, 2_520)
    half = BEGIN + timedelta(days=1_825)
    assert count_bars(days, Interval.DAY_1, half, None) == (1_260, 2_520)
    assert count_bars(days, Interval.DAY_1, None, half) == (1_260, 1_260)
    assert count_bars(days, Interval.DAY_1, datetime(2030, 1, 1, tzinfo=UTC), None)[0] == 0


@pytest.mark.parametrize(
    ("stored", "bars", "days", "wanted", "expected"),
    [
        (Interval.MIN_1, 390 * 2_520, 3_650, Interval.DAY_1, 2_607),  # a stock's minutes, 252 days a year
        (Interval.MIN_1, 390 * 2_520, 3_650, Interval.HOUR_1, 7 * 2_607),
        (Interval.MIN_1, 390 * 2_520, 3_650, Interval.HOUR_4, 2 * 2_607),
        (Interval.MIN_1, 1_440 * 365, 365, Interval.DAY_1, 365),  # a market that never closes
        (Interval.MIN_1, 1_440 * 365, 365, Interval.HOUR_4, 6 * 365),
        (Interval.DAY_1, 2_520, 3_650, Interval.WEEK_1, 522),
        (Interval.DAY_1, 2_520, 3_650, Interval.MONTH_1, 122),
    ],
)
def test_bars_made_from_finer_ones_are_estimated(
    stored: Interval, bars: int, days: float, wanted: Interval, expected: int
) -> None:
    found = count_bars(instrument(stored, bars, days), wanted, None, None)[1]
    assert found == pytest.approx(expected, rel=0.01)


def test_what_cannot_be_made_is_told() -> None:
    with pytest.raises(IntervalNotAvailable):
        count_bars(instrument(Interval.DAY_1, 100, 140), Interval.HOUR_1, None, None)
