"""How the functions of the language are made of the operations of the graph.

Functions share their parts: what the two bands of a window, or macd and its signal line, have in common is
computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from app.engine.language.graph import GraphBuilder

# Writes a call into the graph, from the places of its arguments; gives the place of its value.
Build: TypeAlias = Callable[[GraphBuilder, Sequence[int]], int]


def operation(name: str) -> Build:
    """The operation of this name on all arguments."""
    return lambda graph, arguments: graph.apply(name, *arguments)


def pairwise(name: str) -> Build:
    """An operation of two, applied from left to right to two or more arguments."""

    def build(graph: GraphBuilder, arguments: Sequence[int]) -> int:
        result = arguments[0]
        for argument in arguments[1:]:
            result = graph.apply(name, result, argument)
        return result

    return build


def swapped(name: str) -> Build:
    """An operation of two with its arguments in the other order."""
    return lambda graph, arguments: graph.apply(name, arguments[1], arguments[0])


def build_macd(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """ema(x, fast) - ema(x, slow) with a common start; the signal's window plays no part."""
    x, fast, slow = arguments[:3]
    return graph.apply("macd", x, fast, slow)


def build_macd_signal(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The exponential average of macd."""
    return graph.apply("ema", build_macd(graph, arguments), arguments[3])


def build_macd_hist(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """macd less its signal line."""
    return graph.apply("subtract", build_macd(graph, arguments), build_macd_signal(graph, arguments))


def build_stdev(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The deviation from the mean of the same window."""
    x, n = arguments
    return graph.apply("stdev", x, graph.apply("sma", x, n), n)


def band(side: str) -> Build:
    """The mean plus or minus k deviations."""

    def build(graph: GraphBuilder, arguments: Sequence[int]) -> int:
        x, n, k = arguments
        width = graph.apply("multiply", k, build_stdev(graph, (x, n)))
        return graph.apply(side, graph.apply("sma", x, n), width)

    return build


def build_atr(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """Wilder's average of the true range."""
    high, low, close = (graph.input(name) for name in ("high", "low", "close"))
    return graph.apply("rma", graph.apply("true_range", high, low, close), arguments[0])


def build_adx(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """ADX of the bars."""
    high, low, close = (graph.input(name) for name in ("high", "low", "close"))
    return graph.apply("adx", high, low, close, arguments[0])


def build_stoch_k(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """Where the close lies between the lowest low and the highest high, smoothed."""
    n, smooth = arguments
    lowest = graph.apply("lowest", graph.input("low"), n)
    highest = graph.apply("highest", graph.input("high"), n)
    return graph.apply("sma", graph.apply("stochastic", graph.input("close"), lowest, highest), smooth)


def beyond(comparison: str, extreme: str) -> Build:
    """x compared with the extreme of the n bars before."""

    def build(graph: GraphBuilder, arguments: Sequence[int]) -> int:
        x, n = arguments
        before = graph.apply("shift", graph.apply(extreme, x, n), graph.constant(1.0))
        return graph.apply(comparison, x, before)

    return build


def build_roc(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The change in percent."""
    x, n = arguments
    ratio = graph.apply("divide", x, graph.apply("shift", x, n))
    change = graph.apply("subtract", ratio, graph.constant(1.0))
    return graph.apply("multiply", graph.constant(100.0), change)
