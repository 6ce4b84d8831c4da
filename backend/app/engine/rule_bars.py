"""The bars that the columns of a rule stand on: the rule's own, and longer ones where it asks for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.bars import Bars, Times
from app.engine.higher_bars import HigherBarsFeed, carry_known
from app.engine.inputs import BarInputs
from app.engine.intervals import Interval
from app.engine.language.rule import Rule
from app.engine.operations import Series, Value


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """`count` bars and their inputs. `known`: how many of them are closed at the end of each of the rule's
    bars; None for the rule's own.
    """

    inputs: BarInputs
    count: int
    known: Times | None = None


def gather_stands(rule: Rule, bars: Bars) -> dict[str | None, Stand]:
    """What the columns of each interval stand on, None being the rule's own.

    Raises IntervalUnsuitable when the bars are too long for the rule, zoneinfo.ZoneInfoNotFoundError when it
    asks for days and the bars' time zone is unknown.
    """
    rule.check_interval(bars.interval)
    stands: dict[str | None, Stand] = {None: Stand(BarInputs(bars), len(bars))}
    for interval in rule.intervals:
        stands[interval.value] = _gather_longer(bars, interval)
    return stands


def _gather_longer(bars: Bars, interval: Interval) -> Stand:
    higher = HigherBarsFeed(interval).feed(bars)
    return Stand(BarInputs(higher.bars), len(higher.bars), higher.known)


def carry(values: Value, stand: Stand) -> Series:
    """Values on longer bars as they are known on the rule's own; undefined, or false, before the first."""
    if isinstance(values, (bool, float)) or stand.known is None:
        raise TypeError("only columns of longer bars are carried")
    return carry_known(values, stand.known, False if values.dtype == np.bool_ else np.nan)
