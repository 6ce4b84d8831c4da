"""The kernel against the plain reference, on random cases of every kind."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from app.engine.execution import Execution
from app.engine.fills import Fills, simulate
from app.engine.trades import ExitReason
from tests.unit.engine.hand_made import random_bars, random_execution, random_signals
from tests.unit.engine.random_fills import random_case
from tests.unit.engine.reference_fills import ReferenceRun, simulate_plainly

CASES = 2_400
SPECIAL_CASES = 8_000
BATCHES = 8
TOLERANCE = 1e-9
NUMBERS = (
    "quantity",
    "entry_price",
    "exit_price",
    "pnl",
    "returns",
    "commission",
    "slippage",
    "financing",
    "mae",
    "mfe",
)


def assert_agree(
    fills: Fills, plain: ReferenceRun, initial_cash: float, tolerance: float = TOLERANCE
) -> None:
    trades = fills.trades
    assert len(trades) == len(plain.trades)
    assert fills.ruined == plain.ruined
    for name in ("side", "entry_index", "exit_index", "bars"):
        assert getattr(trades, name).tolist() == [trade[name] for trade in plain.trades], name
    reasons = [ExitReason(code).label for code in trades.exit_reason]
    assert reasons == [trade["exit_reason"] for trade in plain.trades]
    for name in NUMBERS:
        expected = np.array([trade[name] for trade in plain.trades], dtype=np.float64)
        # Money is compared on the scale of the account, fractions and prices on their own.
        floor = initial_cash if name in ("pnl", "commission", "slippage", "financing") else 1.0
        np.testing.assert_allclose(
            getattr(trades, name), expected, rtol=tolerance, atol=tolerance * floor, err_msg=name
        )
    np.testing.assert_allclose(fills.equity, plain.equity, rtol=tolerance, atol=tolerance * initial_cash)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_kernel_agrees_with_the_plain_reference(batch: int) -> None:
    seen: Counter[str | None] = Counter()
    sides: Counter[int] = Counter()
    for case in range(CASES // BATCHES):
        rng = np.random.default_rng([batch, case])
        bars = random_bars(rng, int(rng.integers(2, 90)), volatility=float(rng.choice([0.01, 0.04, 0.15])))
        signals = random_signals(rng, bars)
        execution = random_execution(rng)
        first_bar = int(rng.integers(0, len(bars))) if rng.random() < 0.3 else 0
        fills = simulate(bars, signals, execution, first_bar)
        plain = simulate_plainly(bars, signals, execution, first_bar)
        try:
            assert_agree(fills, plain, execution.initial_cash)
        except AssertionError as error:
            raise AssertionError(f"batch {batch}, case {case}: {error}") from error
        seen.update(trade["exit_reason"] for trade in plain.trades)
        sides.update(trade["side"] for trade in plain.trades)
    # The cases are worth something only if everything happens in them.
    expected = {reason.label for reason in ExitReason} - {"ruin", "time_stop", "rebalance"}
    assert {reason for reason, count in seen.items() if count >= 5} >= expected
    assert min(sides[1], sides[-1]) > 300


@pytest.mark.parametrize("batch", range(BATCHES))
def test_kernels_agree_with_the_plain_reference_on_everything(batch: int) -> None:
    seen: Counter[str | None] = Counter()
    for case in range(SPECIAL_CASES // BATCHES):
        given = random_case(np.random.default_rng([1_000 + batch, case]))
        plain = simulate_plainly(
            given.bars,
            given.signals,
            given.execution,
            given.first_bar,
            splits=given.splits,
            detail=given.detail,
        )
        try:
            assert_agree(given.simulate(), plain, given.execution.initial_cash)
        except AssertionError as error:
            raise AssertionError(f"batch {batch}, case {case}: {error}") from error
        reasons = [trade["exit_reason"] for trade in plain.trades]
        seen.update(reasons)
        entries = [trade["entry_index"] for trade in plain.trades]
        seen["leg"] += len(entries) - len(set(entries))
        seen["financed"] += any(trade["financing"] > 0 for trade in plain.trades)
        seen["by limit"] += bool(reasons) and given.signals.limit_entry is not None
        seen["replayed"] += bool(reasons) and given.detail is not None
        seen["split"] += bool(reasons) and bool(given.splits)
    expected = {reason.label for reason in ExitReason} - {"ruin", "rebalance"}
    expected |= {"leg", "financed", "by limit", "replayed", "split"}
    assert {reason for reason, count in seen.items() if count >= 20} >= expected


def test_kernel_agrees_with_the_plain_reference_up_to_ruin() -> None:
    ruins = 0
    for case in range(200):
        rng = np.random.default_rng([99, case])
        bars = random_bars(rng, 60, volatility=0.3)
        signals = random_signals(rng, bars)
        execution = Execution(1_000.0, 10.0, 10.0)
        fills = simulate(bars, signals, execution)
        plain = simulate_plainly(bars, signals, execution)
        assert_agree(fills, plain, execution.initial_cash)
        ruins += any(trade["exit_reason"] == "ruin" for trade in plain.trades)
    assert ruins >= 10
