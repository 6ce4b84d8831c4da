"""Random rules and random bars for property tests, each made from a seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.engine.bars import Bars
from app.engine.intervals import Interval
from app.engine.language.functions import RULE_FUNCTIONS, Argument, RuleFunction
from app.engine.language.vocabulary import INPUTS, NEEDS, OUTPUTS

PARAMETERS = "n = param(2, 1, 6)\nm = param(3, 1, 6)\nk = param(0.5, -2, 4, 0.5)"
COLUMNS = ("open", "high", "low", "close", "volume")
NUMBER_FUNCTIONS = [row for row in RULE_FUNCTIONS.values() if row.returns != "truth"]
TRUTH_FUNCTIONS = [row for row in RULE_FUNCTIONS.values() if row.returns != "number"]
NUMBER_OUTPUTS = [name for name, row in OUTPUTS.items() if row.type == "number" and name != "risk"]
TRUTH_OUTPUTS = [name for name, row in OUTPUTS.items() if row.type == "truth" and name != "enter_long"]
WINDOWS = ("n", "m", "n + 1", "2 * n", "max(n, m)", "n * m - n + 1")
CONSTANTS = ("0.0", "1e-300", "1e300", "0.1", "2", "-1", "100")
INTERVALS = (Interval.MIN_15, Interval.MIN_45, Interval.HOUR_1, Interval.HOUR_4, Interval.DAY_1)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


class RuleWriter:
    """Writes one rule for bars of an interval, with every function of the language in reach."""

    def __init__(self, random: Random, interval: Interval) -> None:
        self._random = random
        self._longer = [each.value for each in Interval if interval.divides(each)][:5]
        self._names: list[str] = []
        self._is_on = False

    def write(self) -> str:
        """The rule: three parameters (whole n and m, any k), and outputs of every kind."""
        random = self._random
        lines = [PARAMETERS, f"part = {self._plain(self.number, 3)}"]
        self._names = ["part"]
        lines.append(f"enter_long = {self.truth(4)} or part > {self.number(2)}")
        lines.extend(
            f"{name} = {self.truth(3)}" for name in random.sample(TRUTH_OUTPUTS, random.randint(0, 1))
        )
        names = random.sample(NUMBER_OUTPUTS, random.randint(1, 2))
        lines.extend(f"{name} = {self.number(4)}" for name in names)
        for need in (*NEEDS, *NEEDS):  # what is added may need something itself
            given = {line.split(" = ")[0] for line in lines}
            if need.name in given and need.needed not in given:
                lines.append(f"{need.needed} = {self.number(1)}")
        return "\n".join(lines)

    def number(self, depth: int) -> str:
        """An expression that is a number."""
        random = self._random
        if depth == 0 or random.random() < 0.15:
            return self._leaf()
        if random.random() < 0.3:
            return f"({self.number(depth - 1)} {random.choice('+-*/%')} {self.number(depth - 1)})"
        if random.random() < 0.1:
            return f"({self.number(depth - 1)} ** {self.number(depth - 1)})"
        if random.random() < 0.1:
            return f"(-{self.number(depth - 1)})"
        return self._call(random.choice(NUMBER_FUNCTIONS), depth, self.number)

    def truth(self, depth: int) -> str:
        """An expression that is true or false."""
        random = self._random
        kind = random.random()
        if depth <= 1 or kind < 0.3:
            left, right = self.number(max(depth - 1, 0)), self.number(max(depth - 1, 0))
            chained = f" < {self.number(0)}" if random.random() < 0.2 else ""
            return f"({left} {random.choice(('<', '<=', '>', '>=', '==', '!='))} {right}{chained})"
        if kind < 0.45:
            return f"({self.truth(depth - 1)} {random.choice(('and', 'or'))} {self.truth(depth - 1)})"
        if kind < 0.55:
            return f"(not {self.truth(depth - 1)})"
        if kind < 0.57:
            return random.choice(("True", "False"))
        return self._call(random.choice(TRUTH_FUNCTIONS), depth, self.truth)

    def _plain(self, write: Callable[[int], str], depth: int) -> str:
        """An expression without `on` in it."""
        before, self._is_on = self._is_on, True
        text = write(depth)
        self._is_on = before
        return text

    def _leaf(self) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.5:
            return random.choice(COLUMNS)
        if kind < 0.6:
            return random.choice(list(INPUTS))
        if kind < 0.7 and self._names:
            return random.choice(self._names)
        if kind < 0.8:
            return "k"
        return random.choice((*CONSTANTS, repr(round(random.uniform(-1e3, 1e3), 3))))

    def _call(self, row: RuleFunction, depth: int, write_any: Callable[[int], str]) -> str:
        if row.name == "on":
            if self._is_on:
                return write_any(depth - 1)
            inner = self._plain(write_any, depth - 1)
            column = self._random.choice(COLUMNS)
            varied = f"{column} + {inner}" if write_any == self.number else f"{column} > 1 and {inner}"
            return f'on("{self._random.choice(self._longer)}", {varied})'
        words: list[str] = []
        for argument in row.arguments:
            if argument.is_optional and self._random.random() < 0.5:
                continue
            repeated = self._random.randint(1, 2) if argument.repeats else 1
            words.extend(self._argument(argument, depth - 1, write_any) for _ in range(repeated))
        return f"{row.name}({', '.join(words)})"

    def _argument(self, argument: Argument, depth: int, write_any: Callable[[int], str]) -> str:
        if argument.kind == "window":
            return self._random.choice((*WINDOWS, str(self._random.randint(argument.minimum, 7))))
        if argument.kind == "number":
            return self._random.choice((*CONSTANTS, "k"))
        if argument.kind == "truth":
            return self.truth(depth)
        return write_any(depth) if argument.kind == "any" else self.number(depth)


def rules(interval: Interval = Interval.DAY_1) -> st.SearchStrategy[str]:
    """The texts of rules for bars of the interval."""
    return st.integers(0, 2**32 - 1).map(lambda seed: RuleWriter(Random(seed), interval).write())


def make_parameters(random: Random) -> dict[str, float]:
    """Values for the parameters of a random rule."""
    k = random.choice((0.0, -0.0, 0.5, round(random.uniform(-2, 4), 2)))
    return {"n": float(random.randint(1, 6)), "m": float(random.randint(1, 6)), "k": k}


parameters = st.integers(0, 2**32 - 1).map(lambda seed: make_parameters(Random(seed)))


def make_column(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """A column: a walk, ticks, a constant, huge, tiny, or of all magnitudes; with holes or whole."""
    kind = random.choice(["walk", "walk", "ticks", "constant", "huge", "tiny", "any", "few", "subnormal"])
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
        values = random.choice([1.0, 2.0, 2.5, -1.0, 0.0, -0.0], count)
    else:
        values = random.integers(-5, 6, count) * 5e-324
    if random.random() < 0.3:
        values[random.random(count) < 0.15] = np.nan
    if random.random() < 0.1:
        values[random.integers(count)] = random.choice([np.inf, -np.inf])
    if random.random() < 0.02:
        values[:] = np.nan
    return values


def make_random_bars(seed: int) -> Bars:
    """1 to 45 bars of any interval, with gaps; the columns need not fit together."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 46))
    interval = INTERVALS[random.integers(len(INTERVALS))]
    start = int(random.integers(0, 2_000_000_000)) // 900 * 900
    if not interval.is_intraday:
        start = start // 86_400 * 86_400
    longest_gap = int(random.choice([1, 3, 30]))
    steps = np.where(random.random(count) < 0.3, random.integers(1, longest_gap + 1, count), 1)
    time = start + np.cumsum(steps) * interval.seconds
    zone = ZONES[random.integers(len(ZONES))]
    if random.random() < 0.5:  # prices that fit together, as real ones do
        close = make_column(random, count)
        with np.errstate(all="ignore"):
            open_, high, low = close * 0.995, close * 1.01, close * 0.99
    else:
        open_, high, low, close = (make_column(random, count) for _ in range(4))
    return Bars(time, open_, high, low, close, make_column(random, count), interval, zone)
