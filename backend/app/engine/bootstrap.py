"""What else could have come of the same returns: paths resampled in blocks, so that what hangs together stays
together.

Sources: Politis & Romano, "The Stationary Bootstrap" (Journal of the American Statistical Association, 1994).
Politis & White, "Automatic Block-Length Selection for the Dependent Bootstrap" (Econometric Reviews, 2004),
with the correction by Patton, Politis & White (2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.bootstrap_kernel import resample_paths
from app.engine.columns import readable_numbers

PATHS = 2_000
SEED = 20_130_301
MOST_RETURNS = 10_000
"""Of more returns, consecutive ones are compounded until there are no more than so many."""
_LEAST_RETURN = -1.0 + 2.0**-53  # what a return of −100 % or less counts as, so that its logarithm exists


@dataclass(frozen=True, slots=True, eq=False)
class ResampledPaths:
    """Figures of resampled paths, each of shape (paths,).

    `log_growth`: ln of the final over the first equity. `sharpe`: mean / std (ddof 1) of the path's returns,
    for one return (not annualised), NaN without dispersion. `deepest`: deepest drawdown, ≤ 0. `points`: at
    which returns (counted from 1) `growth_at` and `drawdown_at`, shape (paths, len(points)), were noted: ln
    of the equity over the first one, and the drawdown then. `per_return`: how many of the given returns make
    one of those resampled, see MOST_RETURNS. `block_length`: mean length of a block, in those.
    """

    log_growth: Column
    sharpe: Column
    deepest: Column
    points: NDArray[np.int64]
    growth_at: NDArray[np.float64]
    drawdown_at: NDArray[np.float64]
    per_return: float
    block_length: float

    def __len__(self) -> int:
        return len(self.log_growth)


def resample_returns(
    returns: Column, points: int = 0, paths: int = PATHS, seed: int = SEED, block_length: float | None = None
) -> ResampledPaths:
    """Stationary block bootstrap of `returns` (n,), each path as long as they are.

    Blocks begin anywhere, their lengths are geometric with mean `block_length` (by
    `choose_block_length` when None), and the last return is followed by the first (Politis & Romano 1994).
    `points`: at how many evenly spread places of a path its growth is noted. The same seed gives the same
    paths. Raises ValueError on fewer than two returns.
    """
    if len(returns) < 2:
        raise ValueError(f"two returns or more are needed, not {len(returns)}")
    logs = np.log1p(np.maximum(returns, _LEAST_RETURN))
    whole = len(logs)
    if whole > MOST_RETURNS:
        edges = np.arange(MOST_RETURNS, dtype=np.int64) * whole // MOST_RETURNS
        logs = np.add.reduceat(logs, edges)
        returns = np.expm1(logs)
    count = len(logs)
    mean_length = choose_block_length(returns) if block_length is None else block_length
    at = np.unique(np.linspace(1, count, points).astype(np.int64)) if points else np.empty(0, np.int64)
    log_growth, mean, spread, deepest = (np.empty(paths) for _ in range(4))
    growth_at, drawdown_at = (np.empty((paths, len(at))) for _ in range(2))
    resample_paths(
        readable_numbers(returns),
        readable_numbers(logs),
        1.0 / max(mean_length, 1.0),
        seed,
        at,
        log_growth,
        mean,
        spread,
        deepest,
        growth_at,
        drawdown_at,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        sharpe = np.where(spread > 0.0, mean / spread, np.nan)
    return ResampledPaths(
        log_growth, sharpe, deepest, at, growth_at, drawdown_at, whole / count, max(mean_length, 1.0)
    )


def choose_block_length(series: Column) -> float:
    """The mean block length at which the stationary bootstrap of `series` (n,) errs least, at least 1.

    b = (2 g² / d)^(1/3) · n^(1/3), g = Σ λ(k/M) |k| R(k) and d = 2 (Σ λ(k/M) R(k))² over |k| ≤ M, R the
    autocovariances, λ the flat-top window; M twice the first lag from which on K = max(5, ⌊log₁₀ n⌋)
    autocorrelations in a row lie within ±2 √(log₁₀ n / n). At most ⌈min(3 √n, n / 3)⌉.
    (Politis & White 2004, section 3.2; Patton, Politis & White 2009.)
    """
    count = len(series)
    centred = series - series.mean()
    power = float(np.dot(centred, centred)) / count
    if count < 9 or not power > 0.0:
        return 1.0
    run = max(5, int(math.log10(count)))
    furthest = min(math.ceil(math.sqrt(count)) + run, count - 1)
    bound = 2.0 * math.sqrt(math.log10(count) / count)

    def covariance_at(lag: int) -> float:
        return float(np.dot(centred[lag:], centred[:-lag])) / count

    covariance = [power]
    reach = furthest
    quiet = 0  # lags in a row without correlation to speak of
    while len(covariance) < furthest:
        covariance.append(covariance_at(len(covariance)))
        quiet = quiet + 1 if abs(covariance[-1]) < bound * power else 0
        if quiet == run:
            reach = min(2 * (len(covariance) - run), furthest)
            break
    covariance.extend(covariance_at(lag) for lag in range(len(covariance), reach + 1))
    slope, level = 0.0, power
    for lag in range(1, reach + 1):
        weight = 1.0 if 2 * lag <= reach else 2.0 * (1.0 - lag / reach)
        slope += 2.0 * weight * lag * covariance[lag]
        level += 2.0 * weight * covariance[lag]
    if level == 0.0:
        return 1.0
    longest = math.ceil(min(3.0 * math.sqrt(count), count / 3.0))
    length = (2.0 * slope * slope / (2.0 * level * level)) ** (1.0 / 3.0) * count ** (1.0 / 3.0)
    return float(min(max(length, 1.0), longest))
