"""Evaluates a rule bar by bar, or stretch by stretch: what paper trading runs on.

Each column keeps as many of its last values as those who read it need, and each recursive operation its
state; both run the kernels that whole columns run, from where the last stretch ended.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.engine.bars import Bars
from app.engine.higher_bars import HigherBarsFeed
from app.engine.inputs import BarInputs
from app.engine.intervals import Interval
from app.engine.language.rule import Rule
from app.engine.operations import Value
from app.engine.outputs import build_signals
from app.engine.signals import Signals
from app.engine.stream_plan import Stretch, plan_stream


class BarsNotNext(ValueError):
    """Bars of another interval or time zone, or not after those before."""


class RuleStream:
    """A rule that is told of its bars as they close.

    `parameters`: as for `evaluate_rule`. `interval`, `timezone`: those of the bars to come. Raises
    ParametersInvalid and IntervalUnsuitable.
    """

    def __init__(
        self,
        rule: Rule,
        parameters: Mapping[str, float] | None = None,
        interval: Interval = Interval.DAY_1,
        timezone: str = "UTC",
    ) -> None:
        rule.check_interval(interval)
        self._outputs = rule.outputs
        self._interval = interval
        self._timezone = timezone
        self._scalars = rule.evaluate_scalars(rule.resolve_parameters(parameters))
        self._steps = plan_stream(rule, self._scalars)
        self._higher = {each.value: HigherBarsFeed(each) for each in rule.intervals}
        self._last_time: int | None = None

    def feed(self, bars: Bars) -> Signals:
        """What the rule says about the next bars, any number of them, each one closed.

        The signals are those of the same bars in `evaluate_rule` on all bars so far, to the bit. Raises
        BarsNotNext; the stream is then as it was before.
        """
        self._check(bars)
        stretches: dict[str | None, Stretch] = {None: Stretch(BarInputs(bars), len(bars))}
        for name, feed in self._higher.items():
            higher = feed.feed(bars)
            stretches[name] = Stretch(BarInputs(higher.bars), len(higher.bars), higher.known)
        with np.errstate(all="ignore"):
            for step in self._steps.values():
                stretch = stretches[step.interval]
                if stretch.count > 0:
                    step.advance(stretch, stretches)
        return build_signals(self._read_outputs(len(bars)), len(bars))

    def _read_outputs(self, count: int) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, place in self._outputs.items():
            step = self._steps.get(place)
            # Without a new bar the steps still have the values of the bars before.
            values[name] = self._scalars[place] if step is None else step.values[:count]
        return values

    def _check(self, bars: Bars) -> None:
        if bars.interval is not self._interval or bars.timezone != self._timezone:
            raise BarsNotNext("the bars have another interval or time zone than the stream")
        times = bars.time if self._last_time is None else np.append(self._last_time, bars.time)
        if (np.diff(times) <= 0).any():
            raise BarsNotNext("the bars are not in order, or not after those before")
        if len(bars) > 0:
            self._last_time = int(bars.time[-1])
