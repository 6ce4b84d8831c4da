"""Random rules and random bars for property tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.intervals import Interval

COLUMNS = ("open", "high", "low", "close", "volume")
SERIES_WINDOW = ("sma", "ema", "wma", "rma", "rsi", "roc", "stdev", "highest", "lowest", "sum", "mean")
MACDS = ("macd", "macd_signal", "macd_hist")
NUMBER_OUTPUTS = ("stop_loss", "take_profit", "trailing_stop", "size")
TRUTH_OUTPUTS = ("exit_long", "enter_short", "exit_short")

_windows = st.one_of(
    st.integers(1, 7).map(str), st.sampled_from(["n", "m", "n + 1", "2 * n", "max(n, m)", "n * m - n + 1"])
)
_constants = st.one_of(
    st.integers(-3, 120).map(str),
    st.floats(-1e3, 1e3, allow_nan=False).map(repr),
    st.sampled_from(["0.0", "1e-300", "1e300", "0.1"]),
)
_leaves = st.one_of(
    st.sampled_from(COLUMNS),
    st.sampled_from(COLUMNS),
    _constants,
    st.sampled_from(["hour", "weekday", "month", "k"]),
)
_pair = "{0[0]}({0[1]}, {0[2]})".format  # a function's name and two arguments
_infix = "({0[0]} {0[1]} {0[2]})".format


def _deepen(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(numbers, st.sampled_from(["+", "-", "*", "/", "%", "**"]), numbers).map(_infix),
        numbers.map("(-{})".format),
        numbers.map("abs({})".format),
        st.tuples(st.sampled_from(["min", "max"]), numbers, numbers).map(_pair),
        st.tuples(st.sampled_from(SERIES_WINDOW), numbers, _windows).map(_pair),
        st.tuples(st.sampled_from(MACDS), numbers, _windows, _windows, _windows).map(
            "{0[0]}({0[1]}, {0[2]}, {0[3]}, {0[4]})".format
        ),
        st.tuples(st.sampled_from(["bb_upper", "bb_lower"]), numbers, _windows, _constants).map(
            "{0[0]}({0[1]}, {0[2]}, {0[3]})".format
        ),
        _windows.map("atr({})".format),
        _windows.map("adx({})".format),
        st.tuples(_windows, _windows).map("stoch_k({0[0]}, {0[1]})".format),
        st.tuples(numbers, st.integers(0, 9)).map("shift({0[0]}, {0[1]})".format),
        st.tuples(numbers, numbers, numbers, numbers).map("if_else({0[0]} < {0[1]}, {0[2]}, {0[3]})".format),
    )


numbers = st.recursive(_leaves, _deepen, max_leaves=5)


def _deepen_truths(truths: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(truths, st.sampled_from(["and", "or"]), truths).map(_infix),
        truths.map("(not {})".format),
        st.tuples(truths, st.integers(0, 5)).map("shift({0[0]}, {0[1]})".format),
        st.tuples(truths, truths, truths).map("if_else({0[0]}, {0[1]}, {0[2]})".format),
    )


_comparisons = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
truths = st.recursive(
    st.one_of(
        st.tuples(numbers, _comparisons, numbers).map(_infix),
        st.tuples(numbers, _comparisons, numbers, _comparisons, numbers).map(
            "({0[0]} {0[1]} {0[2]} {0[3]} {0[4]})".format
        ),
        st.tuples(st.sampled_from(["crossover", "crossunder"]), numbers, numbers).map(_pair),
        st.tuples(st.sampled_from(["rising", "falling"]), numbers, _windows).map(_pair),
        st.sampled_from(["True", "False"]),
    ),
    _deepen_truths,
    max_leaves=3,
)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule's text: three parameters (whole n and m, any k), and outputs of every kind."""
    lines = ["n = param(2, 1, 6)", "m = param(3, 1, 6)", "k = param(0.5, -2, 4, 0.5)"]
    lines.append(f"part = {draw(numbers)}")
    lines.append(f"enter_long = {draw(truths)} or part > {draw(numbers)}")
    more_truths = st.lists(st.sampled_from(TRUTH_OUTPUTS), max_size=1)
    more_numbers = st.lists(st.sampled_from(NUMBER_OUTPUTS), max_size=2, unique=True)
    lines.extend(f"{name} = {draw(truths)}" for name in draw(more_truths))
    lines.extend(f"{name} = {draw(numbers)}" for name in draw(more_numbers))
    return "\n".join(lines)


parameters = st.fixed_dictionaries(
    {"n": st.integers(1, 6), "m": st.integers(1, 6), "k": st.floats(-2, 4, allow_nan=False)}
)


@st.composite
def columns(draw: st.DrawFn, count: int) -> NDArray[np.float64]:
    """A column: a walk, ticks, a constant, huge, tiny, or of all magnitudes; with holes or whole."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["walk", "ticks", "constant", "huge", "tiny", "any", "few", "subnormal"]))
    if kind == "walk":
        values = 100 * np.exp(np.cumsum(random.normal(0, 0.02, count)))
    elif kind == "ticks":
        values = np.round(50 + np.cumsum(random.integers(-2, 3, count)) * 0.01, 2)
    elif kind == "constant":
        values = np.full(count, random.choice([0.1, 186.28, 1 / 3, 0.0]))
    elif kind == "huge":
        values = random.uniform(0.5, 1.79, count) * 1e308
    elif kind == "tiny":
        values = random.uniform(1e-12, 1e-9, count)
    elif kind == "any":
        values = random.normal(0, 1, count) * 10.0 ** random.integers(-280, 280, count)
    elif kind == "few":
        values = random.choice([1.0, 2.0, 2.5, -1.0], count)
    else:
        values = random.integers(-5, 6, count) * 5e-324
    if draw(st.booleans()):
        values[random.random(count) < 0.15] = np.nan
    if draw(st.integers(0, 9)) == 0:
        values[random.integers(count)] = random.choice([np.inf, -np.inf])
    return values


@st.composite
def some_bars(draw: st.DrawFn) -> Bars:
    """1 to 60 bars of any interval; the columns need not fit together."""
    count = draw(st.integers(1, 60))
    interval = draw(st.sampled_from([Interval.DAY_1, Interval.HOUR_1, Interval.MIN_45, Interval.WEEK_1]))
    start = draw(st.integers(0, 2_000_000_000)) // 900 * 900
    time = start + np.arange(count, dtype=np.int64) * interval.seconds
    zone = draw(st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))
    open_, high, low, close, volume = (draw(columns(count)) for _ in COLUMNS)
    return Bars(time, open_, high, low, close, volume, interval, zone)
