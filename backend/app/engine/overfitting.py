"""How much of a good figure may come from having looked for it.

Sources: Bailey & López de Prado, "The Sharpe Ratio Efficient Frontier" (Journal of Risk, 2012):
probabilistic Sharpe ratio and minimum track record length. Bailey & López de Prado, "The Deflated Sharpe
Ratio" (Journal of Portfolio Management, 2014). Bailey, Borwein, López de Prado & Zhu, "The Probability of
Backtest Overfitting" (2015; Journal of Computational Finance, 2017): combinatorially symmetric
cross-validation.

Sharpe ratios here are for one bar, never annualised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column
from app.engine.metrics import NOISE

EULER_MASCHERONI = 0.5772156649015329
MOST_SETS = 10_000
"""Sets looked at by `probability_of_overfitting`; of more, as many evenly chosen ones."""
LOGIT_BINS = 40
_NORMAL = NormalDist()
_FIGURES_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class ReturnMoments:
    """What the formulas need of a run's returns: `kurtosis` is 3 for normal ones."""

    count: int
    sharpe: float
    skewness: float
    kurtosis: float


def measure_returns(returns: Column) -> ReturnMoments | None:
    """The moments of returns, shape (n,); None without dispersion or below three of them.

    sharpe: mean / std (ddof 1). skewness, kurtosis: third and fourth standardised central moment (ddof 0).
    """
    count = len(returns)
    if count < 3:
        return None
    mean = float(returns.mean())
    centred = returns - mean
    variance = float(np.dot(centred, centred)) / count
    if not math.sqrt(variance) > NOISE:
        return None
    scaled = centred / math.sqrt(variance)
    squared = scaled * scaled
    sharpe = mean / math.sqrt(variance * count / (count - 1))
    return ReturnMoments(
        count, sharpe, float(np.dot(squared, scaled)) / count, float(np.dot(squared, squared)) / count
    )


def probabilistic_sharpe(moments: ReturnMoments, threshold: float = 0.0) -> float:
    """Probability that the true Sharpe ratio lies above `threshold`, given the one measured.

    Φ((SR − SR*) · √(n − 1) / √(1 − γ₃ SR + (γ₄ − 1)/4 · SR²)), Bailey & López de Prado 2012, equation 11.
    """
    scale = math.sqrt(_sharpe_spread(moments))
    return _NORMAL.cdf((moments.sharpe - threshold) * math.sqrt(moments.count - 1) / scale)


def expected_highest_sharpe(trials: float, variance: float) -> float:
    """The best Sharpe ratio to expect of `trials` independent ones whose true value is 0 and that vary by
    `variance`.

    √V · ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e))), γ Euler's constant (Bailey & López de Prado 2014,
    equation 1). 0 for one trial.
    """
    if trials <= 1.0 or not variance > 0.0:
        return 0.0
    # 1 − p is written as −Φ⁻¹(p): for millions of trials 1 − 1/N would lose its digits.
    highest = -_NORMAL.inv_cdf(1.0 / trials)
    beyond = -_NORMAL.inv_cdf(1.0 / (trials * math.e))
    return math.sqrt(variance) * ((1.0 - EULER_MASCHERONI) * highest + EULER_MASCHERONI * beyond)


def deflated_sharpe(moments: ReturnMoments, trials: float, variance: float) -> float:
    """Probability that the true Sharpe ratio is above 0 once the best of `trials` had been picked.

    The probabilistic Sharpe ratio against `expected_highest_sharpe` (Bailey & López de Prado 2014, equation
    2). `variance`: of the trials' Sharpe ratios.
    """
    return probabilistic_sharpe(moments, expected_highest_sharpe(trials, variance))


def minimum_track_record(
    moments: ReturnMoments, threshold: float = 0.0, confidence: float = 0.95
) -> float | None:
    """Returns needed until the measured Sharpe ratio lies above `threshold` with this confidence.

    1 + (1 − γ₃ SR + (γ₄ − 1)/4 · SR²) · (Φ⁻¹(confidence) / (SR − SR*))², Bailey & López de Prado 2012,
    equation 13. None where the measured ratio does not lie above the threshold.
    """
    excess = moments.sharpe - threshold
    if not excess > 0.0:
        return None
    return 1.0 + _sharpe_spread(moments) * (_NORMAL.inv_cdf(confidence) / excess) ** 2


def _sharpe_spread(moments: ReturnMoments) -> float:
    """n − 1 times the variance of the Sharpe ratio's estimate (Mertens 2002)."""
    ratio = moments.sharpe
    spread = 1.0 - moments.skewness * ratio + (moments.kurtosis - 1.0) / 4.0 * ratio * ratio
    return max(spread, 1e-12)  # with true moments it is above 0: kurtosis ≥ skewness² + 1


@dataclass(frozen=True, slots=True, eq=False)
class Overfitting:
    """How often the best set of one half of the blocks fell behind in the other half.

    `pbo`: share of the splits in which it lay in the lower half, 0 to 1. `logits`: ln(ω / (1 − ω)) of its
    relative rank ω in each split, shape (splits,). `sets_used`: sets compared. `loss`: share of the splits
    in which it lost money in the other half.
    """

    pbo: float
    logits: Column
    sets_used: int
    loss: float

    def as_dict(self) -> dict[str, Any]:
        """`{pbo, loss, sets_used, logits: {edges, counts}}`, JSON-ready."""
        bound = max(float(np.abs(self.logits).max()), 1.0)
        counts, edges = np.histogram(self.logits, bins=LOGIT_BINS, range=(-bound, bound))
        return {
            "pbo": self.pbo,
            "loss": self.loss,
            "sets_used": self.sets_used,
            "logits": {"edges": [round(float(edge), 6) for edge in edges], "counts": counts.tolist()},
        }


def probability_of_overfitting(blocks: NDArray[np.float64]) -> Overfitting | None:
    """Combinatorially symmetric cross-validation over `blocks` (Bailey et al. 2017, section 2).

    `blocks`: Σ r and Σ r² of every set in each of an even number S of equal consecutive stretches, shape
    (sets, S, 2), as `app.engine.sweep.run_sets` gives them. In each of the S-over-S/2 ways to split the
    stretches in halves, the set with the highest Sharpe ratio in one is ranked by that in the other. A rank
    in the very middle counts half. None with fewer than two sets that can be had. Memory is bounded: of more
    than `MOST_SETS` sets as many evenly chosen ones are compared.

    Raises ValueError when S is odd or below 2.
    """
    stretches = blocks.shape[1]
    if stretches < 2 or stretches % 2:
        raise ValueError(f"an even number of stretches is needed, not {stretches}")
    usable = np.flatnonzero(np.isfinite(blocks).all(axis=(1, 2)))
    if len(usable) > MOST_SETS:
        usable = usable[np.round(np.linspace(0, len(usable) - 1, MOST_SETS)).astype(np.int64)]
    count = len(usable)
    if count < 2:
        return None
    halves = list(combinations(range(stretches), stretches // 2))
    inside = np.zeros((len(halves), stretches))
    for split, half in enumerate(halves):
        inside[split, list(half)] = 1.0
    outside = 1.0 - inside
    at_once = max(_FIGURES_AT_ONCE // len(halves), 1)
    best = np.full(len(halves), -np.inf)
    chosen = np.zeros(len(halves), dtype=np.int64)
    rows = np.arange(len(halves))
    for start in range(0, count, at_once):
        ratios = _rank_figures(blocks, usable[start : start + at_once], inside)
        place = ratios.argmax(axis=1)
        found = ratios[rows, place]
        better = found > best
        best[better] = found[better]
        chosen[better] = start + place[better]
    picked = blocks[usable[chosen]]
    own = _divide((outside * picked[:, :, 0]).sum(axis=1), (outside * picked[:, :, 1]).sum(axis=1))
    below, equal = np.zeros(len(halves)), np.zeros(len(halves))
    for start in range(0, count, at_once):
        ratios = _rank_figures(blocks, usable[start : start + at_once], outside)
        gap = ratios - own[:, None]
        same = np.abs(gap) <= 1e-9
        equal += same.sum(axis=1)
        below += ((gap < 0.0) & ~same).sum(axis=1)
    rank = below + (np.maximum(equal, 1.0) + 1.0) / 2.0
    relative = rank / (count + 1.0)
    logits = np.log(relative / (1.0 - relative))
    middle = np.abs(logits) <= 1e-9
    behind = (logits < 0.0) & ~middle
    pbo = float((behind.sum() + 0.5 * middle.sum()) / len(halves))
    return Overfitting(pbo, logits, count, float((own < 0.0).mean()))


def _rank_figures(
    blocks: NDArray[np.float64], sets: NDArray[np.int64], halves: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Σ r / √Σ r² of each set over each half, shape (halves, sets).

    Among sets with the same number of returns it rises with the Sharpe ratio: with x = (Σ r)² / (n Σ r²) the
    squared Sharpe ratio is x / (1 − x).
    """
    return _divide(halves @ blocks[sets, :, 0].T, halves @ blocks[sets, :, 1].T)


def _divide(sums: NDArray[np.float64], squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σ r / √Σ r², 0 for what never moved; overwrites `squares`."""
    squares[squares <= 0.0] = np.inf
    np.sqrt(squares, out=squares)
    ratios: NDArray[np.float64] = np.divide(sums, squares, out=squares)
    return ratios
