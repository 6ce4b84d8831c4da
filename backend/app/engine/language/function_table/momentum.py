"""Momentum and oscillators."""

from __future__ import annotations

from app.engine.language.compositions import (
    build_cci,
    build_macd,
    build_macd_hist,
    build_macd_signal,
    build_mom,
    build_roc,
    build_stoch_d,
    build_stoch_k,
    build_williams_r,
    on_bars,
    operation,
)
from app.engine.language.rule_function import Argument, RuleFunction

_X = Argument("x", "series")
_MACD = (_X, Argument("fast", "window", 12), Argument("slow", "window", 26), Argument("signal", "window", 9))
_STOCHASTIC = (Argument("n", "window", 14), Argument("smooth", "window", 1))

MOMENTUM: tuple[RuleFunction, ...] = (
    RuleFunction(
        "rsi",
        (_X, Argument("n", "window", 14)),
        "number",
        "0 to 100",
        "n",
        "100 × g / (g + l), g and l being rma(n) of the rises and of the falls; 0 where both are 0.",
        "Relative strength index (Wilder): the share of rises in the recent moves.",
        "rsi(close, 14)",
        operation("rsi"),
    ),
    RuleFunction(
        "macd",
        _MACD,
        "number",
        "as x",
        "max(fast, slow) - 1",
        "ema(x, fast) - ema(x, slow), both started on the bar where the slow one is first defined. "
        "The shorter window is the fast one, whatever the order; signal has no part in this line.",
        "Moving average convergence divergence: the distance between a fast and a slow average.",
        "macd(close, 12, 26)",
        build_macd,
    ),
    RuleFunction(
        "macd_signal",
        _MACD,
        "number",
        "as x",
        "max(fast, slow) + signal - 2",
        "ema(macd(x, fast, slow), signal).",
        "The signal line of macd.",
        "macd_signal(close, 12, 26, 9)",
        build_macd_signal,
    ),
    RuleFunction(
        "macd_hist",
        _MACD,
        "number",
        "as x",
        "max(fast, slow) + signal - 2",
        "macd(x, fast, slow) - macd_signal(x, fast, slow, signal).",
        "The histogram of macd: its distance from the signal line.",
        "macd_hist(close, 12, 26, 9)",
        build_macd_hist,
    ),
    RuleFunction(
        "roc",
        (_X, Argument("n", "window", 10)),
        "number",
        "percent",
        "n",
        "100 × (x / x[i-n] - 1).",
        "Rate of change: by how many percent x differs from n bars ago.",
        "roc(close, 10)",
        build_roc,
    ),
    RuleFunction(
        "mom",
        (_X, Argument("n", "window", 10)),
        "number",
        "as x",
        "n",
        "x - x[i-n].",
        "Momentum: by how much x differs from n bars ago.",
        "mom(close, 10)",
        build_mom,
    ),
    RuleFunction(
        "stoch_k",
        _STOCHASTIC,
        "number",
        "0 to 100",
        "n + smooth - 2",
        "100 × (close - lowest(low, n)) / (highest(high, n) - lowest(low, n)), 0 where the two are equal; "
        "then sma(smooth) of it.",
        "Stochastic %K: where the close lies in the range of the last n bars. smooth=1 is the fast one, "
        "smooth=3 the usual slow one.",
        "stoch_k(14, 3)",
        build_stoch_k,
    ),
    RuleFunction(
        "stoch_d",
        (*_STOCHASTIC, Argument("d", "window", 3)),
        "number",
        "0 to 100",
        "n + smooth + d - 3",
        "sma(stoch_k(n, smooth), d).",
        "Stochastic %D: the signal line of stoch_k.",
        "stoch_d(14, 3, 3)",
        build_stoch_d,
    ),
    RuleFunction(
        "williams_r",
        (Argument("n", "window", 14),),
        "number",
        "-100 to 0",
        "n - 1",
        "-100 × (highest(high, n) - close) / (highest(high, n) - lowest(low, n)); 0 where the two are equal.",
        "Williams %R: how far the close lies below the highest high, in percent of the range of the "
        "last n bars.",
        "williams_r(14)",
        build_williams_r,
    ),
    RuleFunction(
        "cci",
        (Argument("n", "window", 20),),
        "number",
        "0.015 mean deviations",
        "n - 1",
        "(p - sma(p, n)) / (0.015 × the mean of |p[j] - sma(p, n)| over the n bars), p = (high + low "
        "+ close) / 3; 0 where that mean is 0.",
        "Commodity channel index (Lambert): how far the price is from its average, in multiples of "
        "its usual distance. Most values lie between -100 and 100.",
        "cci(20)",
        build_cci,
    ),
    RuleFunction(
        "adx",
        (Argument("n", "window", 14),),
        "number",
        "0 to 100",
        "2 * n - 1",
        "Wilder's average of 100 × |+DI - -DI| / (+DI + -DI), both indicators smoothed over n bars.",
        "Average directional index (Wilder): how strong a trend is, up or down.",
        "adx(14)",
        on_bars("adx", "high", "low", "close"),
    ),
    RuleFunction(
        "plus_di",
        (Argument("n", "window", 14),),
        "number",
        "0 to 100",
        "n",
        "100 × the smoothed upward movement / the smoothed true range; 0 where nothing moved. A bar's "
        "upward movement is high - high[i-1] where that is above 0 and above low[i-1] - low, else 0. "
        "Smoothed as Wilder does: the sum of the first n - 1, then s += new - s / n.",
        "Plus directional indicator (Wilder): how much of the range was upward movement.",
        "plus_di(14)",
        on_bars("plus_di", "high", "low", "close"),
    ),
    RuleFunction(
        "minus_di",
        (Argument("n", "window", 14),),
        "number",
        "0 to 100",
        "n",
        "As plus_di, for low[i-1] - low where that is above 0 and above high - high[i-1].",
        "Minus directional indicator (Wilder): how much of the range was downward movement.",
        "minus_di(14)",
        on_bars("minus_di", "high", "low", "close"),
    ),
)
