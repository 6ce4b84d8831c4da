"""How the functions of the language are made of the operations of the graph.

Functions share their parts: what the two bands of a window, or macd and its signal line, have in common is
computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from app.engine.language.graph import SESSION_INPUT, GraphBuilder

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
    return graph.apply("rma", on_bars("true_range", "high", "low", "close")(graph, ()), arguments[0])


def on_bars(name: str, *inputs: str) -> Build:
    """The operation of this name on columns of the bars, then on the arguments."""
    return lambda graph, arguments: graph.apply(name, *map(graph.input, inputs), *arguments)


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


def build_mom(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The change."""
    x, n = arguments
    return graph.apply("subtract", x, graph.apply("shift", x, n))


def build_zscore(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The distance from the mean in deviations."""
    x, n = arguments
    distance = graph.apply("subtract", x, graph.apply("sma", x, n))
    return graph.apply("divide", distance, build_stdev(graph, (x, n)))


def build_stoch_d(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The average of %K."""
    return graph.apply("sma", build_stoch_k(graph, arguments[:2]), arguments[2])


def build_williams_r(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The stochastic from the other side, taken off 0 so that none is -0."""
    lowest = graph.apply("lowest", graph.input("low"), arguments[0])
    highest = graph.apply("highest", graph.input("high"), arguments[0])
    below = graph.apply("stochastic", graph.input("close"), highest, lowest)
    return graph.apply("subtract", graph.constant(0.0), below)


def build_typical_price(graph: GraphBuilder) -> int:
    """(high + low + close) / 3."""
    total = graph.apply("add", graph.input("high"), graph.input("low"))
    return graph.apply("divide", graph.apply("add", total, graph.input("close")), graph.constant(3.0))


def build_cci(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The distance of the typical price from its mean in mean deviations."""
    n = arguments[0]
    price = build_typical_price(graph)
    mean = graph.apply("sma", price, n)
    usual = graph.apply("mean_deviation", price, mean, n)
    distance = graph.apply("subtract", price, mean)
    value = graph.apply("divide", distance, graph.apply("multiply", graph.constant(0.015), usual))
    zero = graph.constant(0.0)
    return graph.apply("if_else", graph.apply("equal", usual, zero), zero, value)


def build_mfi(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The share of what flowed on rises."""
    flow = graph.apply("money_flow", build_typical_price(graph), graph.input("volume"))
    zero = graph.constant(0.0)
    rises = graph.apply("sum", graph.apply("max", flow, zero), arguments[0])
    falls = graph.apply("sum", graph.apply("max", graph.apply("negate", flow), zero), arguments[0])
    return graph.apply("share", rises, falls)


def build_vwap(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """Over a window where one is given, else over the session."""
    price, volume = build_typical_price(graph), graph.input("volume")
    if not arguments:
        return graph.apply("session_vwap", price, volume, graph.input(SESSION_INPUT))
    money = graph.apply("sum", graph.apply("multiply", price, volume), arguments[0])
    return graph.apply("divide", money, graph.apply("sum", volume, arguments[0]))


def build_supertrend(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """The line at k average true ranges."""
    n, k = arguments
    width = graph.apply("multiply", k, build_atr(graph, (n,)))
    return graph.apply("supertrend", *map(graph.input, ("high", "low", "close")), width)


def build_on(graph: GraphBuilder, arguments: Sequence[int]) -> int:
    """x moved to the bars of the interval, and what is known of it on the rule's own."""
    interval, x = arguments
    return graph.carry(x, str(graph.nodes[interval].value))
