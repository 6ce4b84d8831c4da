"""Where indicators are defined, how they restart, what ties and starts do to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.evaluation import evaluate_rule
from app.engine.intervals import Interval
from app.engine.language import RULE_FUNCTIONS, compile_rule
from tests.unit.engine.hand_made import make_bars

Column = NDArray[np.float64]
NAN = np.nan
START_FREE = (
    *("sma(close, 7)", "wma(close, 7)", "sum(close, 7)", "mean(close, 7)", "stdev(close, 7)"),
    *("bb_upper(close, 7, 2)", "bb_lower(close, 7, 2)", "highest(close, 7)", "lowest(close, 7)"),
    *("roc(close, 7)", "mom(close, 7)", "zscore(close, 7)", "shift(close, 7)", "stoch_k(7, 3)"),
    *("stoch_d(5, 2, 3)", "williams_r(7)", "cci(7)", "mfi(7)", "vwap(7)", "log(close)", "sqrt(close)"),
    *("close ** 1.3 % 2", "min(open, close) / max(high, 3)"),
)
RECURSIVE = ("ema(x, 3)", "rma(x, 3)", "rsi(x, 3)", "macd(x, 2, 3)", "macd_signal(x, 2, 3, 2)")


def bars_of(close: object) -> Bars:
    values = np.asarray(close, np.float64)
    return make_bars([(v, v, v, v) for v in values])


def value_of(expression: str, bars: Bars) -> Column:
    size = evaluate_rule(compile_rule(f"enter_long = True\nsize = {expression}"), bars).size
    assert size is not None
    return size


def truth_of(expression: str, close: object) -> list[bool]:
    return list(evaluate_rule(compile_rule(f"enter_long = {expression}"), bars_of(close)).enter_long)


def random_bars(count: int = 300) -> Bars:
    random = np.random.default_rng(11)
    close = 100 + np.cumsum(random.normal(0, 1, count))
    rows = np.column_stack([close, close + random.random(count), close - random.random(count), close])
    return make_bars([tuple(row) for row in rows])


@pytest.mark.parametrize("expression", START_FREE)
def test_bits_do_not_depend_on_where_the_data_starts(expression: str) -> None:
    bars = random_bars()
    whole = value_of(expression, bars)
    for start in (1, 2, 37, 100, 250):
        part = value_of(expression, bars.slice(start, len(bars)))
        defined = ~np.isnan(part)
        assert defined.sum() >= len(part) - 8
        np.testing.assert_array_equal(part[defined], whole[start:][defined])


@pytest.mark.parametrize("expression", RECURSIVE)
def test_recursive_functions_start_at_the_first_defined_value(expression: str) -> None:
    close = random_bars(40).close
    late = np.concatenate([np.full(5, NAN), close])
    expression = expression.replace("x", "close")
    prompt = value_of(expression, bars_of(close))
    np.testing.assert_array_equal(value_of(expression, bars_of(late))[5:], prompt)


@pytest.mark.parametrize("expression", RECURSIVE)
def test_recursive_functions_start_anew_after_a_hole(expression: str) -> None:
    close = random_bars(40).close
    holed = np.concatenate([close[:20] * 7, [NAN], close])
    expression = expression.replace("x", "close")
    after = value_of(expression, bars_of(holed))
    assert np.isnan(after[20])
    np.testing.assert_array_equal(after[21:], value_of(expression, bars_of(close)))


@pytest.mark.parametrize(
    "expression", ["atr(3)", "adx(3)", "plus_di(3)", "minus_di(3)", "supertrend(3, 2)", "obv()", "vwap()"]
)
def test_wilder_s_ranges_start_anew_after_a_hole(expression: str) -> None:
    bars = random_bars(60)
    open_, high, low, close, volume = (
        np.concatenate([column[:20] * 3, [NAN], column]) for column in bars.columns()
    )
    holed = Bars(np.arange(81) * 86_400, open_, high, low, close, volume)
    after = value_of(expression, holed)
    np.testing.assert_array_equal(after[21:], value_of(expression, bars))
    assert np.isnan(after[20])


def test_averages_of_a_flat_price_never_cross() -> None:
    for price in (0.1, 186.28, 1 / 3, 1e-7, 7e11):
        rise = price * np.linspace(0.9, 1.0, 50)
        close = np.concatenate([rise, np.full(100, price)])
        fast, slow = value_of("sma(close, 10)", bars_of(close)), value_of("sma(close, 33)", bars_of(close))
        assert (fast[-60:] == price).all()
        assert (slow[-60:] == price).all()
        for average in ("sma", "wma", "ema", "rma"):
            flat = f"crossover({average}(close, 10), {average}(close, 33))"
            assert not any(truth_of(flat, np.full(200, price)))
        assert (value_of("stdev(close, 20)", bars_of(np.full(60, price)))[19:] == 0.0).all()
        assert (value_of("bb_upper(close, 20)", bars_of(np.full(60, price)))[19:] == price).all()


def test_rsi_and_stochastic_of_a_flat_price_are_zero() -> None:
    flat = bars_of(np.full(40, 12.34))
    assert (value_of("rsi(close, 14)", flat)[14:] == 0.0).all()
    assert (value_of("stoch_k(14)", flat)[13:] == 0.0).all()
    assert (value_of("adx(14)", flat)[27:] == 0.0).all()


def test_highest_includes_the_current_bar_and_rising_looks_at_each_before() -> None:
    assert list(value_of("highest(close, 2)", bars_of([1, 3, 2, 5]))[1:]) == [3, 3, 5]
    assert truth_of("rising(close, 2)", [1, 3, 2, 4, 4, 5]) == [False, False, False, True, False, True]
    assert truth_of("falling(close, 2)", [5, 3, 4, 2, 2, 1]) == [False, False, False, True, False, True]
    assert truth_of("rising(close, 2)", [1, NAN, 3, 4, 5, 6]) == [False, False, False, False, True, True]


def test_bars_since_and_valuewhen_wait_for_the_first_time() -> None:
    bars = bars_of([1, 3, 2, 5, 5, NAN, 4])
    np.testing.assert_array_equal(value_of("bars_since(close > 2.5)", bars), [NAN, 0, 1, 0, 0, 1, 0])
    np.testing.assert_array_equal(value_of("valuewhen(close > 4.5, open)", bars), [NAN, NAN, NAN, 5, 5, 5, 5])
    np.testing.assert_array_equal(
        value_of("valuewhen(close > 1, shift(close, 1))", bars), [NAN, 1, 3, 2, 5, 5, NAN]
    )


def test_a_session_s_average_starts_anew_with_the_local_date() -> None:
    close, volume = np.array([10.0, 20, 30, 40, 50]), np.array([1.0, 3, 0, 2, 2])
    times = np.array([20, 21, 22, 23, 24]) * 3600
    bars = Bars(times, close, close, close, close, volume, Interval.HOUR_1, "Europe/Berlin")
    # 23:00 UTC is midnight in Berlin
    np.testing.assert_array_equal(value_of("vwap()", bars), [10, 17.5, 17.5, 40, 45])
    np.testing.assert_array_equal(value_of("vwap(2)", bars), [NAN, 17.5, 20, 40, 45])
    daily = Bars(times * 24, close, close + 3, close, close, volume)
    np.testing.assert_array_equal(value_of("vwap()", daily), [11, 21, NAN, 41, 51])


def test_a_flat_price_is_its_own_volume_weighted_average() -> None:
    price, count = 186.28, 60
    flat = np.full(count, price)
    typical = (price + price + price) / 3
    volume = np.random.default_rng(2).uniform(1, 1e6, count)
    bars = Bars(np.arange(count) * 60, flat, flat, flat, flat, volume, Interval.MIN_1)
    assert (value_of("vwap()", bars) == typical).all()
    assert (value_of("cci(20)", bars)[19:] == 0.0).all()
    assert (value_of("mfi(14)", bars)[14:] == 0.0).all()
    assert (value_of("williams_r(14)", bars)[13:] == 0.0).all()
    assert (value_of("plus_di(14)", bars)[14:] == 0.0).all()
    assert np.isnan(value_of("zscore(close, 20)", bars)).all()


def test_supertrend_changes_sides_on_a_close_through_it() -> None:
    close = np.concatenate([np.linspace(100, 120, 40), np.linspace(120, 90, 40), np.linspace(90, 130, 60)])
    line = value_of("supertrend(5, 2)", bars_of(close))
    is_up = close[5:] > line[5:]
    changes = np.flatnonzero(np.diff(is_up)) + 6
    assert len(changes) == 3
    assert list(is_up[changes - 5]) == [True, False, True]
    for start, stop in ((changes[0], changes[1]), (changes[2], len(close))):
        assert (np.diff(line[start:stop]) >= 0).all()  # below the price it never falls
    assert (np.diff(line[changes[1] : changes[2]]) <= 0).all()


def test_the_day_is_that_of_the_bar_s_open_where_it_is_traded() -> None:
    times = np.array([1_709_251_200 - 7_200, 1_709_251_200])  # 2024-02-29T22:00Z and 2024-03-01T00:00Z
    still = np.ones(2)
    bars = Bars(times, still, still, still, still, still, Interval.HOUR_1)
    assert list(value_of("day", bars)) == [29, 1]
    berlin = replace(bars, time=times + 3_600, timezone="Europe/Berlin")
    assert list(value_of("day", berlin)) == [1, 1]


def test_a_cross_needs_four_defined_values() -> None:
    assert truth_of("crossover(close, 2)", [3, 1, 3, 2, 3]) == [False, False, True, False, True]
    assert truth_of("crossunder(close, 2)", [3, 1, 3, 2, 1]) == [False, True, False, False, True]
    assert truth_of("crossover(close, 2)", [1, NAN, 3, 1, 3]) == [False, False, False, False, True]
    assert truth_of("crossover(close, sma(close, 2))", [1, 2, 3]) == [False, False, False]


def test_comparisons_with_undefined_are_false_and_not_turns_them_around() -> None:
    for comparison in ("<", "<=", ">", ">=", "==", "!="):
        assert not truth_of(f"shift(close, 1) {comparison} close", [1, 1])[0]
    assert truth_of("not (shift(close, 1) == close)", [1, 1]) == [True, False]
    assert truth_of("if_else(shift(close, 1) > 0, False, True)", [1, 1]) == [True, False]


@pytest.mark.parametrize(
    "expression",
    [
        *("1 / (close - close)", "close % (close - close)", "(-close) ** 0.5", "close * 1e308 * 1e308"),
        "roc(close - close, 1)",
    ],
)
def test_what_is_not_finite_is_undefined(expression: str) -> None:
    assert np.isnan(value_of(expression, bars_of([2.0, 3.0, 4.0]))).all()


def test_modulo_has_the_sign_of_the_divisor() -> None:
    assert list(value_of("close % 3", bars_of([5, -5, 4.5]))) == [2, 1, 1.5]
    assert list(value_of("close % -3", bars_of([5, -5, 4.5]))) == [-1, -2, -1.5]


@pytest.mark.parametrize("name", [name for name, row in RULE_FUNCTIONS.items() if row.returns != "truth"])
def test_the_stated_warm_up_is_where_the_first_value_is(name: str) -> None:
    function = RULE_FUNCTIONS[name]
    defaults = {"n": 9, "x": "close", "a": "open", "b": "close", "k": 2, "condition": "close > 0"}
    defaults["interval"] = '"1day"'
    given = {argument.name: defaults.get(argument.name, argument.default) for argument in function.arguments}
    given = {key: value for key, value in given.items() if value is not None}
    call = f"{name}({', '.join(f'{key}={value}' for key, value in given.items())})"
    if any(argument.repeats for argument in function.arguments):
        call = f"{name}(open, close)"
    rule = compile_rule(f"enter_long = True\nsize = {call}")
    stated = eval(function.warm_up, {"max": max}, dict(given))  # noqa: S307 - our own table
    assert rule.lookback() == stated
    assert int(np.argmax(~np.isnan(value_of(call, random_bars(100))))) == stated


def test_bars_with_nothing_in_them_run() -> None:
    nothing = np.full(300, NAN)
    bars = Bars(np.arange(300) * 3600, nothing, nothing, nothing, nothing, nothing, Interval.HOUR_1)
    for row in RULE_FUNCTIONS.values():
        if row.returns == "truth":
            assert not evaluate_rule(compile_rule(f"enter_long = {row.example}"), bars).enter_long.any()
        elif row.name != "if_else":
            assert np.isnan(value_of(row.example, bars)).all(), row.name


def test_the_worst_input_of_every_operation_fits_its_kernel() -> None:
    """No bars, one bar, and windows longer than the data."""
    calls = [function.example for function in RULE_FUNCTIONS.values() if function.returns == "number"]
    for bars in (random_bars(1).head(0), random_bars(1), random_bars(5)):
        for call in calls:
            assert value_of(call, bars).shape == (len(bars),)
