"""The tear sheet: its tables against pandas, quantstats and empyrical, and what must hold of any run."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import pytest
import quantstats
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.engine.intervals import Interval
from app.engine.metrics import equity_returns, sharpe, volatility
from app.engine.metrics_drawdown import drawdowns
from app.engine.packing import EquityCurve
from app.engine.tear_sheet import BINS, MOST_POINTS, TearSheet, list_drawdowns, make_tear_sheet
from app.engine.trades import ExitReason, Trades

DAY = 86_400


def make_curve(time: NDArray[np.int64], equity: NDArray[np.float64]) -> EquityCurve:
    return EquityCurve(time, equity, drawdowns(equity), equity[0] * np.linspace(1.0, 2.0, len(equity)))


def walk(n: int, seed: int = 3) -> NDArray[np.float64]:
    return 10_000 * np.exp(np.cumsum(np.random.default_rng(seed).normal(3e-4, 0.01, n)))


def business_days(n: int) -> NDArray[np.int64]:
    days = pd.bdate_range("2001-03-05", periods=n)
    return (days.values.astype("datetime64[s]")).astype(np.int64)


def make_trades(*rows: tuple[int, int, float], n: int = 0, **columns: Any) -> Trades:
    """Long trades as (entry index, exit index or -1, pnl) of one unit at 100."""
    count = len(rows)
    entry, exit_ = (np.array([row[place] for row in rows], dtype=np.int64) for place in (0, 1))
    closed = exit_ >= 0
    given: dict[str, Any] = {
        "side": np.ones(count, np.int8),
        "exit_reason": np.where(closed, ExitReason.SIGNAL, ExitReason.OPEN).astype(np.int8),
        "entry_index": entry,
        "exit_index": exit_,
        "entry_time": entry * DAY,
        "exit_time": np.where(closed, exit_ * DAY, 0),
        "quantity": np.ones(count),
        "entry_price": np.full(count, 100.0),
        "exit_price": np.where(closed, 110.0, np.nan),
        "pnl": np.array([row[2] for row in rows], dtype=np.float64),
        "returns": np.zeros(count),
        "commission": np.zeros(count),
        "slippage": np.zeros(count),
        "bars": np.where(closed, exit_ - entry, n - 1 - entry),
        "mae": np.zeros(count),
        "mfe": np.zeros(count),
    }
    return Trades(**{**given, **columns})


def sheet(curve: EquityCurve, trades: Trades | None = None, **terms: Any) -> TearSheet:
    asked = {"interval": Interval.DAY_1, "timezone": "America/New_York", "periods_per_year": 252.0, **terms}
    return make_tear_sheet(curve, make_trades() if trades is None else trades, **asked)


def as_series(curve: EquityCurve) -> pd.Series:
    index = pd.to_datetime(curve.time, unit="s")
    return pd.Series(curve.equity, index=index).pct_change().dropna()


def test_months_are_those_of_quantstats() -> None:
    curve = make_curve(business_days(800), walk(800))
    theirs = quantstats.stats.monthly_returns(as_series(curve), eoy=True)  # type: ignore[no-untyped-call]
    for row in sheet(curve).monthly:
        assert row["total"] == pytest.approx(theirs.loc[str(row["year"]), "EOY"], abs=1e-12)
        for month, gain in enumerate(row["months"]):
            label = datetime(2000, month + 1, 1, tzinfo=UTC).strftime("%b").upper()
            expected = theirs.loc[str(row["year"]), label]
            assert (gain or 0.0) == pytest.approx(expected, abs=1e-12)


def test_years_are_those_of_empyrical() -> None:
    curve = make_curve(business_days(800), walk(800))
    own = empyrical.aggregate_returns(as_series(curve), "yearly")
    rows = sheet(curve).yearly
    assert [row["year"] for row in rows] == own.index.tolist()
    assert [row["strategy"] for row in rows] == pytest.approx(own.tolist(), abs=1e-12)
    grown = math.prod(1 + row["benchmark"] for row in rows)
    assert grown == pytest.approx(2.0)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 400), step=st.sampled_from([1, 3, 40, 400]))
def test_months_make_years_and_years_make_the_whole(seed: int, n: int, step: int) -> None:
    curve = make_curve(np.arange(n, dtype=np.int64) * DAY * step + seed * DAY, walk(n, seed))
    found = sheet(curve)
    whole = math.prod(1 + row["total"] for row in found.monthly)
    assert whole == pytest.approx(curve.equity[-1] / curve.equity[0])
    for row, year in zip(found.monthly, found.yearly, strict=True):
        assert math.prod(1 + (gain or 0.0) for gain in row["months"]) == pytest.approx(1 + row["total"])
        assert row["total"] == year["strategy"]


def test_a_month_without_a_bar_is_empty_and_a_bar_within_the_day_belongs_to_the_exchanges_date() -> None:
    time = np.array(
        [
            int(datetime(2020, 1, 31, 20, tzinfo=UTC).timestamp()),
            int(datetime(2020, 2, 1, 2, tzinfo=UTC).timestamp()),  # still January in New York
            int(datetime(2020, 4, 1, 15, tzinfo=UTC).timestamp()),
        ]
    )
    curve = make_curve(time, np.array([100.0, 110.0, 99.0]))
    (row,) = sheet(curve, interval=Interval.HOUR_1).monthly
    assert row["months"][:4] == [pytest.approx(0.1), None, None, pytest.approx(-0.1)]
    assert sheet(curve, interval=Interval.HOUR_1, timezone="UTC").monthly[0]["months"][1] == pytest.approx(
        0.1
    )


def test_rolling_figures_are_those_of_each_window() -> None:
    curve = make_curve(business_days(1_500), walk(1_500))
    rolling = sheet(curve).rolling
    returns = equity_returns(curve.equity)
    window = rolling["window_bars"]
    assert window == 126
    assert len(rolling["time"]) <= MOST_POINTS
    for time, ratio, deviation in zip(rolling["time"], rolling["sharpe"], rolling["volatility"], strict=True):
        stop = int(np.searchsorted(curve.time, time))
        part = returns[stop - window : stop]
        assert ratio == pytest.approx(sharpe(part, 252.0), rel=1e-9)
        assert deviation == pytest.approx(volatility(part, 252.0), rel=1e-9)


def test_a_window_in_which_nothing_happened_has_no_ratio() -> None:
    equity = np.concatenate((walk(300), np.full(400, 12_345.678)))
    rolling = sheet(make_curve(business_days(700), equity)).rolling
    assert rolling["sharpe"][-1] is None
    assert rolling["volatility"][-1] == 0.0
    assert sheet(make_curve(business_days(10), walk(10))).rolling["time"] == []


def test_the_distribution_counts_every_return_of_a_bar_with_a_position() -> None:
    curve = make_curve(business_days(500), walk(500))
    found = sheet(curve, make_trades((0, -1, 5.0), n=500)).distribution
    returns = equity_returns(curve.equity)
    assert sum(found["counts"]) == len(returns)
    assert len(found["edges"]) == BINS + 1 == len(found["counts"]) + 1
    assert found["mean"] == pytest.approx(returns.mean())
    assert found["stdev"] == pytest.approx(np.std(returns, ddof=1))
    low, high = found["edges"][0], found["edges"][-1]
    theirs, _ = np.histogram(np.clip(returns, low, high), bins=BINS, range=(low, high))
    assert found["counts"] == theirs.tolist()
    idle = sheet(make_curve(business_days(50), np.full(50, 10.0))).distribution
    assert idle == {"edges": [], "counts": [], "mean": None, "stdev": None}


def test_exposure_and_turnover_follow_the_trades() -> None:
    time = np.arange(10, dtype=np.int64) * DAY
    # In at the open of bar 2, out at the open of bar 5: bars 2, 3, 4. Then in at 8 and still there.
    found = sheet(make_curve(time, np.full(10, 200.0)), make_trades((2, 5, 10.0), (8, -1, 1.0), n=10))
    assert found.exposure["value"] == [0, 0, 1, 1, 1, 0, 0, 0, 1, 1]
    assert found.turnover == [{"year": 1970, "value": pytest.approx((100 + 110 + 100) / 200)}]


def test_trades_by_hour_and_weekday_on_the_exchanges_clock() -> None:
    entries = np.array(
        [
            int(datetime(2020, 7, 6, 14, 30, tzinfo=UTC).timestamp()),  # Monday, 10:30 in New York
            int(datetime(2020, 12, 7, 15, 30, tzinfo=UTC).timestamp()),  # Monday, 10:30 in winter
            int(datetime(2020, 12, 8, 2, 0, tzinfo=UTC).timestamp()),  # Monday, 21:00
        ]
    )
    time = np.arange(5, dtype=np.int64) * 3_600 + entries[0]
    trades = make_trades((0, 1, 5.0), (1, 2, -1.0), (2, -1, 3.0), n=5, entry_time=entries)
    found = sheet(make_curve(time, np.full(5, 100.0)), trades, interval=Interval.HOUR_1)
    assert found.by_hour == [
        {"hour": 10, "trades": 2, "win_rate": 0.5, "pnl": 4.0},
        {"hour": 21, "trades": 1, "win_rate": None, "pnl": 3.0},
    ]
    assert found.by_weekday == [{"weekday": 0, "trades": 3, "win_rate": 0.5, "pnl": 7.0}]
    daily = sheet(make_curve(time, np.full(5, 100.0)), trades)
    assert daily.by_hour == []
    assert [row["weekday"] for row in daily.by_weekday] == [0, 1]


def test_drawdowns_are_those_of_quantstats() -> None:
    curve = make_curve(business_days(1_200), walk(1_200))
    series = pd.Series(curve.drawdown, index=pd.to_datetime(curve.time, unit="s"))
    details = quantstats.stats.drawdown_details(series)  # type: ignore[no-untyped-call]
    theirs = details.sort_values("max drawdown").head(10)
    found = list_drawdowns(curve)
    assert [row["depth"] * 100 for row in found] == pytest.approx(theirs["max drawdown"].tolist())
    bottoms = [pd.Timestamp(row["bottom"], unit="s").strftime("%Y-%m-%d") for row in found]
    assert bottoms == [str(day)[:10] for day in theirs["valley"]]


@given(seed=st.integers(0, 10_000), n=st.integers(1, 300))
def test_the_deepest_drawdown_is_the_runs(seed: int, n: int) -> None:
    equity = np.round(walk(n, seed), -2)  # ties and equal peaks
    curve = make_curve(business_days(n), equity)
    found = list_drawdowns(curve, most=n)
    assert min((row["depth"] for row in found), default=0.0) == curve.drawdown.min()
    assert sum(row["bars"] for row in found) == np.count_nonzero(curve.drawdown)
    for row in found:
        assert row["start"] < row["bottom"] < (row["end"] or math.inf)


def test_a_ruined_run_has_a_tear_sheet() -> None:
    equity = np.concatenate((np.linspace(100.0, -10.0, 300), np.full(300, -10.0)))
    found = sheet(make_curve(business_days(600), equity)).as_dict()
    assert found["yearly"][-1]["strategy"] == 0.0
    assert found["turnover"] == [] or all(row["value"] in (None, 0.0) for row in found["turnover"])


def test_a_run_of_one_bar_has_a_tear_sheet() -> None:
    found = sheet(make_curve(business_days(1), np.array([100.0])))
    assert found.monthly == [{"year": 2001, "months": [None, None, 0.0, *[None] * 9], "total": 0.0}]
    assert found.drawdowns == []


@pytest.mark.parametrize("factor", [1e-8, 1e17, 1e100])
def test_equity_that_jumps_beyond_measure_has_a_distribution(factor: float) -> None:
    found = sheet(make_curve(business_days(2), np.array([100.0, 100.0 * factor]))).distribution
    assert sum(found["counts"]) == 1
    assert found["edges"][0] < found["edges"][-1]
