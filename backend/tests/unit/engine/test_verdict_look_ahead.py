"""The look-ahead check catches a rule that knows the future, however little of it, and clears one that does
not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.execution import Execution
from app.engine.fills import simulate
from app.engine.language import compile_rule
from app.engine.signals import Signals
from app.engine.verdict import Check, DataFacts, JudgedRun, Level, Part, SignalsOf, time_signals
from app.engine.verdict.look_ahead import (
    BUDGET_SECONDS,
    CUTS,
    LEAST_CUT_BARS,
    SHORT_BARS,
    SINGLE_BARS,
    check_look_ahead,
    choose_cuts,
    choose_single_bars,
    is_prefix,
)
from tests.unit.engine.hand_made import (
    cut_signals,
    make_signals,
    moving_average,
    random_bars,
    random_signals,
    sma_crossover,
)

BARS = random_bars(np.random.default_rng(2), 1_500)


def honest(bars: Bars) -> Signals:
    signals = sma_crossover(bars)
    return replace(signals, stop_loss=moving_average(bars.high - bars.low, 14))


def peeks_one_bar(bars: Bars) -> Signals:
    """The crossovers of tomorrow: only the last bars of a shortened copy give it away."""
    signals = sma_crossover(bars)
    enter = np.append(signals.enter_long[1:], False)
    return replace(signals, enter_long=enter)


def knows_the_highest_high(bars: Bars) -> Signals:
    return replace(sma_crossover(bars), enter_long=bars.high == bars.high.max())


def scales_by_the_whole(bars: Bars) -> Signals:
    return replace(sma_crossover(bars), stop_loss=bars.close * 0.0 + bars.close.std())


def centres_its_average(bars: Bars) -> Signals:
    centred = np.append(moving_average(bars.close, 11)[5:], np.full(5, np.nan))
    return replace(sma_crossover(bars), enter_long=bars.close > centred)


def loses_a_column(bars: Bars) -> Signals:
    signals = honest(bars)
    return replace(signals, stop_loss=None) if len(bars) < 700 else signals


def differs_in_the_last_bit(bars: Bars) -> Signals:
    signals = honest(bars)
    assert signals.stop_loss is not None
    return replace(signals, stop_loss=signals.stop_loss * (1.0 + 2.0**-52 * (len(bars) % 2)))


def look_ahead_of(bars: Bars, signals_of: SignalsOf, seconds: float = 0.0) -> Check:
    """The check on a rule that is known by its signals alone."""
    signals = signals_of(bars)
    fills = simulate(bars, signals, Execution())
    return check_look_ahead(
        JudgedRun(bars, signals, fills, DataFacts(), signals_of, 252.0, evaluation_seconds=seconds)
    )


def test_an_honest_rule_is_green() -> None:
    check = look_ahead_of(BARS, honest)
    assert (check.name, check.level, check.figure) == ("look_ahead", Level.GREEN, 0.0)
    assert f"{CUTS} shortened copies" in check.statement


@pytest.mark.parametrize(
    "rule",
    [
        peeks_one_bar,
        knows_the_highest_high,
        scales_by_the_whole,
        centres_its_average,
        loses_a_column,
        differs_in_the_last_bit,
    ],
    ids=lambda rule: rule.__name__,
)
def test_a_rule_that_knows_the_future_is_red(rule: Callable[[Bars], Signals]) -> None:
    check = look_ahead_of(BARS, rule)
    assert check.level == Level.RED
    assert check.figure is not None
    assert check.figure >= 1
    assert "what it could not know" in check.statement


def test_half_of_the_cuts_end_on_a_signal() -> None:
    signals = honest(BARS)
    cuts = choose_cuts(signals)
    speaking = signals.enter_long | signals.exit_long
    assert len(cuts) >= CUTS - 2
    assert sum(bool(speaking[cut - 1]) for cut in cuts) >= CUTS // 2 - 2
    assert all(0 < cut < len(BARS) for cut in cuts)
    assert list(cuts) == sorted(set(cuts))


@pytest.mark.parametrize("n", [700, 3_270, SHORT_BARS + 1, 10 * SHORT_BARS])
def test_there_are_as_many_cuts_as_are_published(n: int) -> None:
    signals = random_signals(np.random.default_rng(n), random_bars(np.random.default_rng(n), n))
    assert len(choose_cuts(signals)) == CUTS


def test_a_first_evaluation_that_was_held_up_is_timed_again() -> None:
    waits = iter([0.6, 0.0])

    def evaluate(bars: Bars) -> Signals:
        time.sleep(next(waits))
        return sma_crossover(bars)

    signals, seconds = time_signals(evaluate, BARS)
    assert len(signals) == len(BARS)
    assert seconds < 0.5


def test_long_data_is_shortened_within_about_one_more_evaluation() -> None:
    n = 50 * SHORT_BARS
    cuts = choose_cuts(make_signals(n))
    assert len(cuts) == CUTS
    assert sum(cuts) <= n
    assert max(cuts) == n // 2
    assert LEAST_CUT_BARS <= min(cuts) < 2 * LEAST_CUT_BARS


@pytest.mark.parametrize("n", [SHORT_BARS, 50 * SHORT_BARS])
@pytest.mark.parametrize("share", [0.01, 0.3, 2.0, 9.0])
def test_a_rule_that_takes_long_is_computed_again_within_the_budget(n: int, share: float) -> None:
    """`share`: of one evaluation, as far as the budget goes."""
    cuts = choose_cuts(make_signals(n), BUDGET_SECONDS / share)
    assert cuts
    assert sum(cuts) <= share * n
    assert max(cuts) >= min(0.49, 0.49 * share) * n


def test_a_rule_that_is_quick_is_computed_again_on_every_copy() -> None:
    signals = make_signals(SHORT_BARS)
    assert choose_cuts(signals, BUDGET_SECONDS / 100) == choose_cuts(signals)
    assert len(choose_cuts(signals)) == CUTS


def test_a_slow_rule_that_knows_the_future_is_red_all_the_same() -> None:
    check = look_ahead_of(BARS, knows_the_highest_high, 10 * BUDGET_SECONDS)
    assert check.level == Level.RED


def test_too_few_bars_to_shorten_is_amber() -> None:
    assert look_ahead_of(BARS.head(1), honest).level == Level.AMBER


RULE = compile_rule("""
n = param(10, 5, 50)
enter_long = crossover(ema(close, n), sma(close, 3 * n))
exit_long = rsi(close, n) > 70
stop_loss = 2 * atr(n)
""")


def told_bar_by_bar(bars: Bars, signals: Signals, seconds: float = 0.0) -> Part:
    """What the check says of these signals as those of RULE."""
    run = JudgedRun(
        bars,
        signals,
        simulate(bars, evaluate_rule(RULE, bars), Execution()),
        DataFacts(),
        lambda some: cut_signals(signals, 0, len(some)),
        252.0,
        rule=RULE,
        parameters=RULE.resolve_parameters(),
        evaluation_seconds=seconds,
    )
    check = check_look_ahead(run)
    assert [part.name for part in check.parts] == ["cuts", "bar_by_bar"]
    assert check.parts[0].level == Level.GREEN
    return check.parts[1]


def test_a_rule_says_the_same_bar_by_bar() -> None:
    part = told_bar_by_bar(BARS, evaluate_rule(RULE, BARS))
    assert (part.level, part.figure) == (Level.GREEN, 0.0)
    assert "200 random bars" in part.statement
    few = BARS.head(50)
    assert "50 random bars" in told_bar_by_bar(few, evaluate_rule(RULE, few)).statement


@pytest.mark.parametrize("bar", [100, 777, 1_200])
def test_a_bit_that_differs_bar_by_bar_is_red(bar: int) -> None:
    signals = evaluate_rule(RULE, BARS)
    assert signals.stop_loss is not None
    stop_loss = signals.stop_loss.copy()
    stop_loss[bar] = np.nextafter(stop_loss[bar], np.inf)
    part = told_bar_by_bar(BARS, replace(signals, stop_loss=stop_loss))
    assert (part.level, part.figure) == (Level.RED, 1.0)
    assert "first by bar" in part.statement


def test_a_bar_that_differs_is_counted_once() -> None:
    signals = evaluate_rule(RULE, BARS)
    wrong = replace(signals, stop_loss=np.full(len(BARS), 1.0))
    assert told_bar_by_bar(BARS, wrong).figure == SINGLE_BARS


def test_a_slow_rule_is_told_of_fewer_bars() -> None:
    assert told_bar_by_bar(BARS, evaluate_rule(RULE, BARS), 50.0).statement.count("150 random bars") == 1


def test_single_bars_are_drawn_once_and_for_all() -> None:
    chosen = choose_single_bars(3_000)
    assert len(set(chosen.tolist())) == SINGLE_BARS
    assert chosen.tolist() == sorted(chosen.tolist()) == choose_single_bars(3_000).tolist()
    assert 0 <= chosen[0] < 100
    assert 2_900 < chosen[-1] < 3_000


def test_undefined_equals_undefined_whatever_its_bits() -> None:
    other_nan = np.array([0x7FF8000000000001], dtype=np.int64).view(np.float64)
    one = make_signals(1, stop_loss=np.array([np.nan]))
    other = make_signals(1, stop_loss=other_nan)
    assert is_prefix(one, other, 1)
    assert not is_prefix(one, make_signals(1, stop_loss=1.0), 1)


def test_signed_zeros_differ() -> None:
    assert not is_prefix(make_signals(1, stop_loss=0.0), make_signals(1, stop_loss=-0.0), 1)


def test_every_column_is_compared() -> None:
    rng = np.random.default_rng(1)
    bars = random_bars(rng, 40)
    flags = random_signals(rng, bars)
    signals = Signals(
        flags.enter_long,
        flags.exit_long,
        flags.enter_short,
        flags.exit_short,
        **{name: rng.random(40) for name in Signals.__slots__[4:]},
    )
    for name in Signals.__slots__:
        column = getattr(signals, name).copy()
        column[10] = not column[10] if column.dtype == np.bool_ else column[10] + 1.0
        changed = replace(signals, **{name: column})
        assert not is_prefix(cut_signals(changed, 0, 20), signals, 20), name
        assert is_prefix(cut_signals(changed, 0, 10), signals, 10), name


def test_a_copy_of_another_length_is_no_prefix() -> None:
    assert not is_prefix(make_signals(5), make_signals(20), 10)
    short, long = make_signals(10, stop_loss=np.ones(1)), make_signals(20, stop_loss=1.0)
    assert not is_prefix(short, long, 10)
