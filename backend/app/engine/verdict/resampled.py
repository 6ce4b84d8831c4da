"""What else could have come of the same returns and trades: intervals, drawdowns, the chance of a loss."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from app.engine.bars import Column, Times
from app.engine.bootstrap import ResampledPaths, resample_returns
from app.engine.metrics import CALENDAR_YEAR_SECONDS, equity_returns
from app.engine.trades import Trades
from app.engine.verdict.check import Level, Part, percent, ratio_of, share_of
from app.engine.verdict.pictures import (
    BAND_PERCENTILES,
    FAN_POINTS,
    Picture,
    fan_picture,
    histogram_picture,
)

FEWEST_RETURNS = 20
FEWEST_TRADES = 5
INTERVAL = (5.0, 95.0)
"""Percentiles between which 9 in 10 resampled figures lie."""
LOSS_AMBER = 0.05
LOSS_RED = 0.25
"""Share of paths that lost money above which the part is amber, and red."""
DEEP_DRAWDOWN = -0.5
"""Where one path in twenty falls deeper than this, the part is amber."""
_MOST_LOG_GROWTH = 700.0

THRESHOLDS = (
    "of the resampled paths, green where the range of 9 in 10 Sharpe ratios and of 9 in 10 yearly growths "
    "lies above 0, red where one of them lies below; "
    f"green where at most {share_of(LOSS_AMBER)} of them lose money, red above {share_of(LOSS_RED)}; amber "
    f"where one in twenty falls deeper than {percent(DEEP_DRAWDOWN)}"
)


def judge_returns(
    equity: Column, time: Times, periods_per_year: float
) -> tuple[tuple[Part, ...], tuple[Picture, ...]]:
    """Resample the returns of the run's equity (n,) at `time` (n,); nothing where they are too few."""
    returns = equity_returns(equity)
    if len(returns) < FEWEST_RETURNS or not np.any(returns):
        return (), ()
    paths = resample_returns(returns, FAN_POINTS)
    years = int(time[-1] - time[0]) / CALENDAR_YEAR_SECONDS
    sharpe = paths.sharpe * math.sqrt(periods_per_year / paths.per_return)
    growth = np.expm1(np.minimum(paths.log_growth / years, _MOST_LOG_GROWTH))
    parts = (
        _judge_interval(
            "sharpe",
            sharpe,
            f"Of {len(paths):,} paths resampled from its returns in blocks, 9 in 10 have a Sharpe ratio of "
            "{low} to {high}.",
            ratio_of,
        ),
        _judge_interval("cagr", growth, "9 in 10 of them grow by {low} to {high} a year.", percent),
        _judge_loss("loss", paths, "of the paths lost money."),
        _judge_drawdown(paths),
    )
    return parts, _draw(paths, equity, time)


def judge_trades(trades: Trades, initial_cash: float) -> Part | None:
    """Resample the trades' returns on equity in their order; None where they are too few."""
    count = len(trades)
    if count < FEWEST_TRADES:
        return None
    before = initial_cash + np.concatenate(([0.0], np.cumsum(trades.pnl)[:-1]))
    alive = before > 0.0
    returns = np.where(alive, trades.pnl / np.where(alive, before, 1.0), 0.0)
    paths = resample_returns(returns)
    low, high = np.percentile(np.minimum(paths.log_growth, _MOST_LOG_GROWTH), INTERVAL).tolist()
    reach = f"{percent(math.expm1(low))} to {percent(math.expm1(high))}"
    return _judge_loss(
        "trades", paths, f"of as many sequences of its trades lost money; 9 in 10 made {reach}."
    )


def _judge_interval(name: str, values: Column, told: str, word: Callable[[float], str]) -> Part:
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return Part(name, Level.AMBER, "It is undefined on the resampled paths.")
    low, middle, high = (float(value) for value in np.percentile(known, (INTERVAL[0], 50.0, INTERVAL[1])))
    level = Level.GREEN if low > 0.0 else Level.RED if high < 0.0 else Level.AMBER
    return Part(name, level, told.format(low=word(low), high=word(high)), middle, (low, high))


def _judge_loss(name: str, paths: ResampledPaths, told: str) -> Part:
    share = float(np.mean(paths.log_growth < 0.0))
    level = Level.GREEN if share <= LOSS_AMBER else Level.AMBER if share <= LOSS_RED else Level.RED
    return Part(name, level, f"{share_of(share)} {told}", share)


def _judge_drawdown(paths: ResampledPaths) -> Part:
    deep, middle, shallow = (float(value) for value in np.percentile(paths.deepest, (5.0, 50.0, 95.0)))
    level = Level.AMBER if deep < DEEP_DRAWDOWN else Level.GREEN
    told = f"The deepest drawdown is {percent(middle)} on the middle path, {percent(deep)} on one in twenty."
    return Part("drawdown", level, told, middle, (deep, shallow))


def _draw(paths: ResampledPaths, equity: Column, time: Times) -> tuple[Picture, ...]:
    places = np.minimum(np.round(paths.points * paths.per_return).astype(np.int64), len(equity) - 1)
    moments = time[places].tolist()
    # Each column sorted once gives all five bands; percentiles between paths would tell no more.
    ranks = [round(percentile / 100.0 * (len(paths) - 1)) for percentile in BAND_PERCENTILES]
    growth = np.partition(paths.growth_at, ranks, axis=0)[ranks]
    falls = np.partition(paths.drawdown_at, ranks, axis=0)[ranks]
    peak = np.maximum.accumulate(equity)
    with np.errstate(divide="ignore", invalid="ignore"):
        own_falls = np.where(peak > 0.0, equity / peak - 1.0, 0.0)
    return (
        fan_picture(
            "Equity of the resampled paths, as a multiple of the start",
            "ratio",
            moments,
            np.exp(np.minimum(growth, _MOST_LOG_GROWTH)),
            (equity[places] / equity[0]).tolist(),
        ),
        fan_picture(
            "Drawdown of the resampled paths", "fraction", moments, falls, own_falls[places].tolist()
        ),
        histogram_picture(
            "Deepest drawdown of the resampled paths", "fraction", paths.deepest, float(own_falls.min())
        ),
    )
