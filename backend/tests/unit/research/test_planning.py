"""From what is asked for to what will be computed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.language import compile_rule
from app.research.domain import (
    MAXIMUM_SETS,
    Constraints,
    Method,
    Search,
    SweepInvalid,
    SweepTooLarge,
)
from app.research.planning import (
    MAXIMUM_SETS_PER_SHARD,
    MAXIMUM_SHARDS,
    TPE_BATCH,
    find_base_parameters,
    plan_sweep,
    read_metric_names,
    read_search,
    weigh_rule,
)
from app.research.schemas import SweepCreate

RULE = """\
fast = param(10, 1, 1000000000)
slow = param(30, -1000, 1000000000)
period = param(14, 2, 50)
enter_long = sma(close, period) > fast * slow
"""


def _body(**fields: Any) -> SweepCreate:
    return SweepCreate.model_validate(
        {"source": RULE, "symbol": "GOOG", "interval": "1day", "ranges": {"fast": {"values": [5]}}, **fields}
    )


def _search(sets: int, method: Method = Method.GRID) -> Search:
    body = _body(ranges={"fast": {"min": 1, "max": sets, "step": 1}}, sets=sets, method=method)
    return read_search(compile_rule(RULE), body, method)


def test_axes_come_in_the_rules_order_whatever_the_request_says() -> None:
    rule = compile_rule(RULE)
    body = _body(ranges={"slow": {"values": [30, 40]}, "fast": {"min": 5, "max": 7, "step": 1}})
    search = read_search(rule, body, Method.GRID)
    assert search.names == ("fast", "slow")
    assert search.sets == 6


def test_every_fault_is_named() -> None:
    body = _body(
        ranges={"fast": {"values": [0]}, "quick": {"values": [1]}, "slow": {"values": [5]}},
        fixed={"slow": 3, "low": 1},
    )
    with pytest.raises(SweepInvalid) as caught:
        read_search(compile_rule(RULE), body, Method.GRID)
    places = [fault["location"] for fault in caught.value.errors]
    assert places == ["body.ranges.fast", "body.ranges.quick", "body.ranges.slow", "body.fixed.low"]


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ({"fast": {"min": 1, "max": 1e9, "step": 1}}, "1,000,000,000 parameter sets;"),
        (
            {"fast": {"min": 1, "max": 1e9, "step": 1}, "slow": {"min": 1, "max": 1e9, "step": 1}},
            "about 10^18 parameter sets (1,000,000,000 fast × 1,000,000,000 slow)",
        ),
        ({"fast": {"min": 1, "max": 2, "step": 5e-324}}, "more than 10^308"),
    ],
)
def test_a_sweep_too_large_is_refused_with_its_size_within_a_tenth_of_a_second(
    ranges: dict[str, Any], said: str
) -> None:
    rule, body = compile_rule(RULE), _body(ranges=ranges)
    began = time.process_time()
    with pytest.raises(SweepTooLarge) as caught:
        read_search(rule, body, Method.GRID)
    assert time.process_time() - began < 0.1
    assert said in caught.value.detail
    assert "at most 1,000,000" in caught.value.detail


def test_a_million_sets_are_taken() -> None:
    assert _search(MAXIMUM_SETS).sets == MAXIMUM_SETS
    with pytest.raises(SweepTooLarge):
        _search(MAXIMUM_SETS + 1)


def test_random_sets_are_as_many_as_there_are() -> None:
    assert _search(1_000, Method.RANDOM).sets == 1_000
    body = _body(ranges={"fast": {"values": [5, 6, 7]}}, sets=1_000)
    assert read_search(compile_rule(RULE), body, Method.RANDOM).sets == 3


def test_a_step_too_small_for_numbers_is_refused_where_no_grid_is_asked_for() -> None:
    body = _body(ranges={"fast": {"min": 1, "max": 2, "step": 1e-300}}, sets=10)
    with pytest.raises(SweepInvalid, match="too small"):
        read_search(compile_rule(RULE), body, Method.RANDOM)


def test_a_sweep_of_which_no_set_can_run_is_refused() -> None:
    rule = compile_rule(RULE)
    halves = _body(ranges={"period": {"min": 2.5, "max": 20, "step": 1}})
    with pytest.raises(SweepInvalid, match="No set that was tried"):
        find_base_parameters(rule, read_search(rule, halves, Method.GRID))
    some = _body(ranges={"period": {"min": 2.5, "max": 20, "step": 0.5}}, fixed={"fast": 7})
    base = find_base_parameters(rule, read_search(rule, some, Method.GRID))
    assert base["fast"] == 7
    assert base["period"] == int(base["period"])


@settings(deadline=None)
@given(
    st.integers(1, MAXIMUM_SETS),
    st.integers(0, 10_000_000),
    st.one_of(st.none(), st.floats(1e-12, 1e-3)),
    st.integers(0, 64),
)
def test_shards_hold_every_set_and_keep_their_bounds(
    sets: int, bars: int, speed: float | None, workers: int
) -> None:
    search = Search(Method.GRID, (), {}, sets, 1, "sharpe", Constraints())
    plan = plan_sweep(search, bars=bars, all_bars=bars, weight=10, speed=speed, workers=workers)
    assert (plan.shards - 1) * plan.sets_per_shard < sets <= plan.shards * plan.sets_per_shard
    assert plan.shards <= MAXIMUM_SHARDS
    assert plan.sets_per_shard <= MAXIMUM_SETS_PER_SHARD
    assert 0 < plan.estimated_seconds < float("inf")


def test_a_sweep_that_takes_a_while_is_cut_for_two_workers() -> None:
    plan = plan_sweep(_search(1_000), bars=3_000, all_bars=3_000, weight=20, speed=2e-8, workers=2)
    assert plan.shards >= 8
    assert plan.estimated_seconds == pytest.approx(0.3 + 1_000 * 3_000 * 20 * 2e-8 / 2)


def test_the_optimiser_works_batch_by_batch() -> None:
    plan = plan_sweep(_search(100, Method.TPE), bars=10, all_bars=10, weight=1, speed=None, workers=8)
    assert (plan.sets_per_shard, plan.shards) == (TPE_BATCH, -(-100 // TPE_BATCH))


def test_a_longer_rule_weighs_more() -> None:
    assert weigh_rule(compile_rule(RULE)) < weigh_rule(
        compile_rule(RULE + "exit_long = rsi(close, 9) > 70\n")
    )


def test_finer_bars_weigh_too() -> None:
    assert weigh_rule(compile_rule(RULE), 390.0) == weigh_rule(compile_rule(RULE)) + 390.0


def test_figures_are_named_in_the_order_that_is_asked_for() -> None:
    assert read_metric_names("trades, sharpe,trades") == ["trades", "sharpe"]
    assert len(read_metric_names(None)) == 25
    with pytest.raises(ValueError, match="no figure 'luck'"):
        read_metric_names("sharpe,luck")
