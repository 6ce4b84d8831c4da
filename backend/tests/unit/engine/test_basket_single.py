"""A basket of one instrument with one slot is a run of that instrument, to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.engine.basket.simulation import simulate_basket
from app.engine.basket.terms import Basket
from app.engine.basket.timeline import merge_bars
from app.engine.fills import simulate
from app.engine.trades import Trades
from tests.unit.engine.random_fills import random_case


@pytest.mark.parametrize("batch", range(4))
def test_one_instrument_in_one_slot_is_a_single_run(batch: int) -> None:
    traded = 0
    for number in range(300):
        case = random_case(np.random.default_rng([40 + batch, number]))
        signals = replace(case.signals, limit_entry=None, limit_bars=None)
        alone = simulate(case.bars, signals, case.execution, case.first_bar, splits=case.splits)
        timeline = merge_bars([case.bars], [case.splits])
        shared = simulate_basket(timeline, [signals], Basket(1), case.execution, case.first_bar)
        assert shared.equity.tolist() == alone.equity.tolist()
        assert (shared.cash, shared.ruined) == (alone.cash, alone.ruined)
        for name in Trades.__slots__:
            np.testing.assert_array_equal(getattr(shared.trades, name), getattr(alone.trades, name), name)
        traded += len(alone.trades)
    assert traded > 500
