"""A finished run looked at from all sides: by month and year, rolling, spread out, by hour and weekday.

Pure NumPy over a run's packed columns, and light: the process that answers people makes it while they wait.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column, Times, Truth
from app.engine.intervals import DAY_SECONDS, Interval
from app.engine.local_time import find_utc_offsets, hour_column, weekday_column
from app.engine.packing import EquityCurve
from app.engine.trades import Trades, bars_held

Row: TypeAlias = dict[str, Any]
Places: TypeAlias = NDArray[np.int64]

MOST_POINTS = 500
"""Points of a series."""
EXPOSURE_STRETCHES = 120
DRAWDOWNS_LISTED = 10
BINS = 41
"""Of the distribution: odd, so that returns about 0 lie within one."""
REACH_DEVIATIONS = 5.0
"""The distribution's edges lie at most this many standard deviations from the mean."""
FEWEST_ROLLED = 20
"""Returns that a rolling window holds at least."""


@dataclass(frozen=True, slots=True)
class TearSheet:
    """The parts by their names in the API, JSON-ready. Ratios are fractions, times unix seconds.

    `monthly`: {year, months (12, None where there was no bar), total}. `yearly`: {year, strategy, benchmark}.
    `rolling`: {window_bars, time, sharpe, volatility} of the last `window_bars` returns, annualised.
    `distribution`: {edges, counts, mean, stdev} of the returns of bars with a position or of its exit; what
    lies beyond the edges is counted in the outermost. `exposure`: {time, value}, the share of bars with a
    position in stretches that begin at `time`. `turnover`: {year, value}, money of the year's
    fills / its mean equity. `by_hour`, `by_weekday`: {hour | weekday, trades, win_rate, pnl} of the trades
    entered then on the exchange's clock. `drawdowns`: the deepest, {start, bottom, end or None, depth, bars}.
    """

    monthly: list[Row]
    yearly: list[Row]
    rolling: Row
    distribution: Row
    exposure: Row
    turnover: list[Row]
    by_hour: list[Row]
    by_weekday: list[Row]
    drawdowns: list[Row]

    def as_dict(self) -> dict[str, Any]:
        """The parts by name."""
        return asdict(self)


def make_tear_sheet(
    curve: EquityCurve, trades: Trades, *, interval: Interval, timezone: str, periods_per_year: float
) -> TearSheet:
    """The tear sheet of a run. Trades' indices count from the curve's first bar, of which there must be one.

    `timezone`: of the exchange: to its calendar and clock belong bars and trades within the day; bars of a
    day and longer to the date that they are labelled with. Raises zoneinfo.ZoneInfoNotFoundError for an
    unknown one.
    """
    zone = timezone if interval.is_intraday else "UTC"
    held = _find_held(trades, len(curve))
    returns = _returns(curve.equity)
    months = _split_calendar(curve.time, zone)
    local = trades.entry_time + find_utc_offsets(trades.entry_time, zone)
    return TearSheet(
        monthly=_monthly(curve.equity, months),
        yearly=_yearly(curve, months),
        rolling=_rolling(curve.time, returns, periods_per_year),
        distribution=_distribution(returns[held[1:] | (returns != 0.0)]),
        exposure=_exposure(curve.time, held),
        turnover=_turnover(curve, trades, months),
        by_hour=_group_trades(trades, hour_column(local), "hour") if interval.is_intraday else [],
        by_weekday=_group_trades(trades, weekday_column(local), "weekday")
        if interval.seconds <= DAY_SECONDS
        else [],
        drawdowns=list_drawdowns(curve),
    )


@dataclass(frozen=True, slots=True)
class _Months:
    """Calendar months from the first bar's to the last bar's.

    `labels`: (year, month from 1); `stops`: places one behind the last bar of each, so that a month without
    bars stops where it starts.
    """

    labels: list[tuple[int, int]]
    stops: Places

    def years(self) -> tuple[list[int], Places]:
        """The years and where they stop, likewise."""
        years = sorted({year for year, _ in self.labels})
        last = {year: stop for (year, _), stop in zip(self.labels, self.stops.tolist(), strict=True)}
        return years, np.array([last[year] for year in years], dtype=np.int64)


def _split_calendar(time: Times, zone: str) -> _Months:
    tz = UTC if zone == "UTC" else ZoneInfo(zone)
    first, last = (datetime.fromtimestamp(int(time[place]), tz) for place in (0, -1))
    labels = [
        (count // 12, count % 12 + 1)
        for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    # Only where months begin is the time zone asked, not for each bar.
    begins = [int(datetime(year, month, 1, tzinfo=tz).timestamp()) for year, month in labels[1:]]
    stops = np.append(np.searchsorted(time, np.array(begins, dtype=np.int64)), len(time))
    return _Months(labels, stops.astype(np.int64))


def _returns_between(equity: Column, stops: Places) -> list[float | None]:
    """The return up to each stop since the former one; the first bar of a run is the base of the first.

    None for a stretch without bars; 0 where nothing was left at its beginning.
    """
    found: list[float | None] = []
    base, before = float(equity[0]), 0
    for stop in stops.tolist():
        if stop == before:
            found.append(None)
            continue
        value = float(equity[stop - 1])
        found.append(value / base - 1.0 if base > 0.0 else 0.0)
        base, before = value, stop
    return found


def _monthly(equity: Column, months: _Months) -> list[Row]:
    rows: dict[int, Row] = {}
    by_month = _returns_between(equity, months.stops)
    for (year, month), gain in zip(months.labels, by_month, strict=True):
        row = rows.setdefault(year, {"year": year, "months": [None] * 12, "total": 0.0})
        row["months"][month - 1] = gain
    years, stops = months.years()
    for year, total in zip(years, _returns_between(equity, stops), strict=True):
        rows[year]["total"] = total
    return [row for row in rows.values() if row["total"] is not None]


def _yearly(curve: EquityCurve, months: _Months) -> list[Row]:
    years, stops = months.years()
    own, held = (_returns_between(column, stops) for column in (curve.equity, curve.benchmark))
    return [
        {"year": year, "strategy": gain, "benchmark": other}
        for year, gain, other in zip(years, own, held, strict=True)
        if gain is not None
    ]


def _rolling(time: Times, returns: Column, periods_per_year: float) -> Row:
    """Half a year's returns at a time, or a quarter of a run that is shorter than two years."""
    n = len(returns)
    window = max(FEWEST_ROLLED, min(round(periods_per_year / 2.0), n // 4))
    if n < window:
        return {"window_bars": window, "time": [], "sharpe": [], "volatility": []}
    stops = np.round(np.linspace(window, n, min(MOST_POINTS, n - window + 1))).astype(np.int64)
    starts = stops - window
    # Sums about the mean of the whole lose next to nothing when they are taken from one another.
    centre = float(returns.mean())
    shifted = returns - centre
    sums, squares = (np.concatenate(([0.0], np.cumsum(values))) for values in (shifted, shifted * shifted))
    mean = (sums[stops] - sums[starts]) / window
    spread = np.maximum(squares[stops] - squares[starts] - window * mean * mean, 0.0)
    deviation = np.sqrt(spread / (window - 1))
    # Whether all returns of a window are the same is counted, not computed: rounding would make risk of it.
    changes = np.concatenate(([0], np.cumsum(returns[1:] != returns[:-1])))
    flat = changes[stops - 1] == changes[starts]
    deviation[flat] = 0.0
    scale = math.sqrt(periods_per_year)
    ratio = np.divide(mean + centre, deviation, out=np.full(len(stops), np.nan), where=deviation > 0.0)
    return {
        "window_bars": window,
        "time": time[stops].tolist(),
        "sharpe": [value if math.isfinite(value) else None for value in (ratio * scale).tolist()],
        "volatility": (deviation * scale).tolist(),
    }


def _distribution(returns: Column) -> Row:
    n = len(returns)
    if n == 0:
        return {"edges": [], "counts": [], "mean": None, "stdev": None}
    mean = float(returns.mean())
    deviation = float(np.std(returns, ddof=1)) if n > 1 else 0.0
    low = max(float(returns.min()), mean - REACH_DEVIATIONS * deviation)
    high = min(float(returns.max()), mean + REACH_DEVIATIONS * deviation)
    size = max(1.0, abs(mean))
    if not high - low > 1e-12 * size:
        low, high = mean - 0.5e-2 * size, mean + 0.5e-2 * size
    places = ((returns - low) * (BINS / (high - low))).astype(np.int64)
    counts = np.bincount(np.clip(places, 0, BINS - 1), minlength=BINS)
    return {
        "edges": np.linspace(low, high, BINS + 1).tolist(),
        "counts": counts.tolist(),
        "mean": mean,
        "stdev": deviation if n > 1 else None,
    }


def _find_held(trades: Trades, n: int) -> Truth:
    """Whether each of n bars was lived through with a position, shape (n,)."""
    stops = np.minimum(trades.entry_index + bars_held(trades), n)
    opened = np.bincount(trades.entry_index, minlength=n + 1)
    ended = np.bincount(stops, minlength=n + 1)
    held: Truth = np.cumsum(opened - ended)[:n] > 0
    return held


def _exposure(time: Times, held: Truth) -> Row:
    n = len(held)
    edges = np.round(np.linspace(0, n, min(EXPOSURE_STRETCHES, n) + 1)).astype(np.int64)
    counted = np.add.reduceat(held, edges[:-1], dtype=np.int64)
    return {"time": time[edges[:-1]].tolist(), "value": (counted / np.diff(edges)).tolist()}


def _turnover(curve: EquityCurve, trades: Trades, months: _Months) -> list[Row]:
    years, stops = months.years()
    closed = trades.is_closed
    index = np.concatenate((trades.entry_index, trades.exit_index[closed]))
    money = np.concatenate((trades.entry_notional(), trades.quantity[closed] * trades.exit_price[closed]))
    year_of = np.searchsorted(stops, index, side="right")
    traded = np.bincount(year_of, weights=money, minlength=len(years)).tolist()
    rows, start = [], 0
    for year, stop, filled in zip(years, stops.tolist(), traded, strict=True):
        if stop > start:
            mean = float(curve.equity[start:stop].mean())
            rows.append({"year": year, "value": filled / mean if mean > 0.0 else None})
        start = stop
    return rows


def _group_trades(trades: Trades, keys: Column, name: str) -> list[Row]:
    """A row for each key that has trades, ascending; `keys`: a whole number for each trade.

    Wins are counted among closed trades.
    """
    rows = []
    closed = trades.is_closed
    for key in np.unique(keys).tolist():
        of_key = keys == key
        finished = np.count_nonzero(of_key & closed)
        won = np.count_nonzero(of_key & closed & (trades.pnl > 0.0))
        rows.append(
            {
                name: int(key),
                "trades": np.count_nonzero(of_key),
                "win_rate": won / finished if finished else None,
                "pnl": float(trades.pnl[of_key].sum()),
            }
        )
    return rows


def list_drawdowns(curve: EquityCurve, most: int = DRAWDOWNS_LISTED) -> list[Row]:
    """The deepest falls below a former peak, deepest first.

    `start`: the peak's time; `bars`: closes below it, as `max_drawdown_bars` counts them.
    """
    falls, n = curve.drawdown, len(curve)
    peaks = np.flatnonzero(falls == 0.0)
    recovered = np.append(peaks[1:], n)
    below = recovered - peaks > 1
    starts, ends = peaks[below], recovered[below]
    if len(starts) == 0:
        return []
    edges = np.stack((starts, ends), axis=1).ravel()  # of the last, the end may lie behind the data
    depths = np.minimum.reduceat(falls, edges[edges < n])[::2]
    rows = []
    for place in np.argsort(depths, kind="stable")[:most].tolist():
        start, end = int(starts[place]), int(ends[place])
        rows.append(
            {
                "start": int(curve.time[start]),
                "bottom": int(curve.time[start + int(falls[start:end].argmin())]),
                "end": int(curve.time[end]) if end < n else None,
                "depth": float(depths[place]),
                "bars": end - start - 1,
            }
        )
    return rows


def _returns(equity: Column) -> Column:
    """As `app.engine.metrics.equity_returns`, which stands on the compiled kernels."""
    former = equity[:-1]
    if len(former) == 0 or former.min() > 0.0:
        return equity[1:] / former - 1.0
    alive = former > 0.0
    return np.where(alive, equity[1:] / np.where(alive, former, 1.0) - 1.0, 0.0)
