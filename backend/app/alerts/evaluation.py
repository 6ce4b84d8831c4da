"""Where the conditions of alerts are true. For the worker alone: the evaluator is heavy.

How far back a condition is computed: functions of a window see exactly the bars they need, so a short tail
gives what a chart shows to the bit. Averages that never quite forget (ema, rsi, atr and the like), sums from
the first bar on (obv), memories of events (bars_since, valuewhen) and longer bars (`on`) start as many bars
earlier as `MEMORY_BARS` says. An average of 200 bars has then forgotten where it started to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

import numpy as np

from app.alerts import conditions
from app.alerts.domain import AlertCondition, Direction, DrawingCondition, PriceCondition
from app.engine.bars import Bars, Column, Truth
from app.engine.conditions import Condition, evaluate_conditions
from app.engine.indicators.crosses import crossover
from app.engine.intervals import Interval
from app.engine.language import IntervalUnsuitable

MEMORY_BARS = 5_000
# Beyond it no history is loaded, whatever a condition asks for: a year of minutes of a stock.
MOST_BARS = 100_000
_KEPT_RULES = 50_000
# A bar before the first one that counts, for crossings; and one that a resampled tail may begin with half.
_SPARE_BARS = 2

# Where a condition is true, or why it cannot be said.
Outcome: TypeAlias = Truth | str
# What a drawing comes to on the bars: a line's price at each, or a band's edges (lower, upper).
Levels: TypeAlias = Column | tuple[Column, Column]


@lru_cache(maxsize=_KEPT_RULES)
def compile_source(source: str) -> Condition | None:
    """A condition's text, compiled once; None where it is no rule any more."""
    rule = conditions.check_condition_text(source).rule
    return None if rule is None else Condition(rule)


def compile_condition(condition: AlertCondition) -> Condition | None:
    """A rule, or a price level in the rule language, ready for the evaluator."""
    if isinstance(condition, DrawingCondition):
        return None
    if isinstance(condition, PriceCondition):
        return compile_source(conditions.write_price_rule(condition.level, condition.direction))
    return compile_source(condition.source)


def count_bars_needed(condition: AlertCondition, interval: Interval) -> int:
    """How many bars a condition wants to see beside the ones that are asked about."""
    compiled = compile_condition(condition)
    if compiled is None:
        return _SPARE_BARS
    return min(_measure(compiled, interval), MOST_BARS)


@lru_cache(maxsize=_KEPT_RULES)
def _lookback(condition: Condition, interval: Interval) -> int:
    return condition.lookback(interval)


def _measure(condition: Condition, interval: Interval) -> int:
    try:
        lookback = _lookback(condition, interval)
    except IntervalUnsuitable:
        return _SPARE_BARS
    return lookback + _SPARE_BARS + (MEMORY_BARS if condition.has_memory else 0)


def evaluate(
    wanted: Sequence[AlertCondition], bars: Bars, levels: Mapping[UUID, Levels | str], first: int
) -> list[Outcome]:
    """Where each condition is true on the bars from number `first` on, shape (bars - first,).

    `levels`: what the drawings come to on all the bars, or why one cannot be watched.
    """
    outcomes: list[Outcome] = ["The condition cannot be read any more: write it anew."] * len(wanted)
    short: dict[Condition, list[int]] = {}
    long: dict[Condition, list[int]] = {}
    reach = 0
    for place, condition in enumerate(wanted):
        if isinstance(condition, DrawingCondition):
            outcomes[place] = _watch_drawing(condition, bars, levels, first)
            continue
        compiled = compile_condition(condition)
        if compiled is None:
            continue
        try:
            compiled.rule.check_interval(bars.interval)
        except IntervalUnsuitable as error:
            outcomes[place] = str(error)
            continue
        if compiled.has_memory:
            long.setdefault(compiled, []).append(place)
        else:
            short.setdefault(compiled, []).append(place)
            reach = max(reach, _measure(compiled, bars.interval))
    start = max(0, first - reach)
    for group, begin in ((short, start), (long, 0)):
        if not group:
            continue
        tail = bars.slice(begin, len(bars))
        for truth, places in zip(evaluate_conditions(list(group), tail), group.values(), strict=True):
            for place in places:
                outcomes[place] = truth[first - begin :]
    return outcomes


def _watch_drawing(
    condition: DrawingCondition, bars: Bars, levels: Mapping[UUID, Levels | str], first: int
) -> Outcome:
    found = levels.get(condition.drawing_id, "The drawing is gone.")
    if isinstance(found, str):
        return found
    if isinstance(found, tuple):
        return watch_band(bars.close, found[0], found[1], condition.direction)[first:]
    return watch_line(bars.close, found, condition.direction)[first:]


def watch_line(close: Column, line: Column, direction: Direction) -> Truth:
    """Where the close crosses a line, by the language's definition of a crossing."""
    line = np.ascontiguousarray(line, dtype=np.float64)
    above, below = crossover(close, line), crossover(line, close)
    if direction is Direction.CROSSES_ABOVE:
        return above
    return below if direction is Direction.CROSSES_BELOW else above | below


def watch_band(close: Column, lower: Column, upper: Column, direction: Direction) -> Truth:
    """Where the close enters or leaves a band; `crosses` means either. Its edges belong to it. Where the band
    is not, on this bar or the one before, nothing is entered or left.
    """
    with np.errstate(invalid="ignore"):
        inside = (close >= lower) & (close <= upper)
    known = ~(np.isnan(lower) | np.isnan(upper) | np.isnan(close))
    entered, left = np.zeros(len(close), dtype=np.bool_), np.zeros(len(close), dtype=np.bool_)
    both = known[1:] & known[:-1]
    entered[1:] = both & inside[1:] & ~inside[:-1]
    left[1:] = both & ~inside[1:] & inside[:-1]
    if direction is Direction.ENTERS:
        return entered
    return left if direction is Direction.LEAVES else entered | left
