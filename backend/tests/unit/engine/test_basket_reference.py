"""The basket's kernel against the plain reference, on random cases of every kind."""

from __future__ import annotations

import contextlib
from collections import Counter

import numpy as np
import pytest

from app.engine.trades import ExitReason
from tests.unit.engine.random_baskets import random_basket
from tests.unit.engine.reference_basket import simulate_basket_plainly
from tests.unit.engine.test_fills_reference import assert_agree

CASES = 2_400
BATCHES = 6
A_STEP_APART = 1e-7


@pytest.mark.parametrize("batch", range(BATCHES))
def test_kernel_agrees_with_the_plain_reference(batch: int) -> None:
    seen: Counter[str | None] = Counter()
    for number in range(CASES // BATCHES):
        case = random_basket(np.random.default_rng([2_000 + batch, number]))
        plain = simulate_basket_plainly(
            case.bars, case.signals, case.basket, case.execution, case.first, case.splits
        )
        fills = case.simulate()
        owners = [trade["instrument"] for trade in plain.trades]
        try:
            assert_agree(fills, plain, case.execution.initial_cash, A_STEP_APART)
            assert fills.trades.instrument.tolist() == owners
            with contextlib.suppress(AssertionError):
                assert_agree(fills, plain, case.execution.initial_cash)
                seen["to the tolerance"] += 1
        except AssertionError as error:
            raise AssertionError(f"batch {batch}, case {number}: {error}") from error
        reasons = [trade["exit_reason"] for trade in plain.trades]
        seen.update(reasons)
        seen["several"] += len(set(owners)) > 1
        seen["by volatility"] += bool(reasons) and case.basket.weights == "volatility"
        seen["ranked"] += bool(reasons) and case.signals[0].rank is not None
        seen["within the day"] += bool(reasons) and case.bars[0].interval.is_intraday
    # Sums in another order may round a quantity down to the step beside.
    assert seen["to the tolerance"] >= 0.99 * CASES // BATCHES
    expected = {reason.label for reason in ExitReason} - {"ruin"}
    expected |= {"several", "by volatility", "ranked", "within the day"}
    assert {reason for reason, count in seen.items() if count >= 10} >= expected
