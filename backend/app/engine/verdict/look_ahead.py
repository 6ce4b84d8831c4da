"""Does the rule know the future? Its signals are computed again on shortened data and compared to the bit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.signals import Signals
from app.engine.verdict.check import Check, Level
from app.engine.verdict.judged import SignalsOf

NAME = "look_ahead"

CUTS = 20
"""Shortened copies of data of up to `SHORT_BARS` bars, spread evenly."""
SHORT_BARS = 20_000
"""Longer data is cut in half again and again instead, which costs about one more evaluation of the whole."""
LEAST_CUT_BARS = 100
"""Where the halving ends."""
BUDGET_SECONDS = 20.0
"""What all copies together may take, as far as the time of the first evaluation tells: a rule that takes
longer is
computed again on fewer and shorter copies."""


def check_look_ahead(
    bars: Bars, signals: Signals, signals_of: SignalsOf, evaluation_seconds: float = 0.0
) -> Check:
    """Compare `signals`, computed on all `bars`, with `signals_of` shortened copies of them.

    `evaluation_seconds`: how long computing `signals` took. The figure is the number of copies whose signals
    differed.
    """
    cuts = choose_cuts(signals, evaluation_seconds)
    if not cuts:
        return Check(NAME, Level.AMBER, "There are too few bars to compute the signals again on fewer.")
    different = [cut for cut in cuts if not is_prefix(signals_of(bars.head(cut)), signals, cut)]
    if different:
        statement = (
            f"The signals change when later bars are taken away: in {len(different):,} of {len(cuts):,} "
            f"shortened copies, first in the one of {different[0]:,} bars. The rule uses what it could not "
            "know."
        )
        return Check(NAME, Level.RED, statement, float(len(different)))
    copies = f"{len(cuts):,} shortened {'copy' if len(cuts) == 1 else 'copies'}"
    return Check(
        NAME,
        Level.GREEN,
        f"Computed again on {copies} of the data, the signals are the same bit by bit.",
        0.0,
    )


def choose_cuts(signals: Signals, evaluation_seconds: float = 0.0) -> tuple[int, ...]:
    """Lengths of the shortened copies, ascending; of a rule that took long, no more than `BUDGET_SECONDS`
    allow.

    Every other cut is moved back so that its last bar carries a signal: a signal that peeks at the next bar
    shows just there.
    """
    n = len(signals)
    lengths = [n * step // (CUTS + 1) for step in range(1, CUTS + 1)] if n <= SHORT_BARS else []
    affordable = BUDGET_SECONDS / evaluation_seconds * n if evaluation_seconds > 0.0 else math.inf
    if n > SHORT_BARS or sum(lengths) > affordable:
        lengths = []
        half = int(max(min(n, affordable), 2 * LEAST_CUT_BARS)) // 2
        while half >= LEAST_CUT_BARS:
            lengths.append(half)
            half //= 2
    speaking = np.flatnonzero(
        signals.enter_long | signals.exit_long | signals.enter_short | signals.exit_short
    )
    for place in range(0, len(lengths), 2):
        earlier = int(np.searchsorted(speaking, lengths[place])) - 1
        if earlier >= 0:
            lengths[place] = int(speaking[earlier]) + 1
    return tuple(sorted({length for length in lengths if 0 < length < n}))


def is_prefix(shorter: Signals, longer: Signals, count: int) -> bool:
    """Whether `shorter` equals the first `count` bars of `longer` to the bit; any NaN equals any NaN."""
    for name in Signals.__slots__:
        left, right = getattr(shorter, name), getattr(longer, name)
        if (left is None) != (right is None):
            return False
        if left is not None and not _same_bits(left, right[:count]):
            return False
    return True


def _same_bits(left: NDArray[np.generic], right: NDArray[np.generic]) -> bool:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    if left.dtype == np.bool_:
        return bool(np.array_equal(left, right))
    differs = np.ascontiguousarray(left).view(np.int64) != np.ascontiguousarray(right).view(np.int64)
    return not differs.any() or bool(np.isnan(left[differs]).all() and np.isnan(right[differs]).all())
