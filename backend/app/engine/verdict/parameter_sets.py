"""Other values of a rule's parameters: those next to a run's own, and some spread over their whole ranges."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from app.engine.language.rule import Parameter, Rule

NEAR_SHARE = 0.1
"""How far a neighbour is, as a share of the parameter's value, where that is more than one step."""
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
_SKIPPED = 20  # the first points of a Halton sequence lie on lines


def find_neighbours(rule: Rule, values: Mapping[str, float], most: int) -> NDArray[np.float64]:
    """Sets next to `values`, shape (≤ most, parameters): each parameter moved down and up, then pairs.

    A move is one step of the parameter, or as many as come nearest to a tenth of its value. What lies
    outside a range is left out, and so are `values` themselves.
    """
    own = np.array([values[parameter.name] for parameter in rule.parameters], np.float64)
    moves = [_find_moves(parameter, values[parameter.name]) for parameter in rule.parameters]
    found = [_moved(own, {place: to}) for place, some in enumerate(moves) for to in some]
    pairs = [
        _moved(own, {first: left, second: right})
        for first, second in combinations(range(len(moves)), 2)
        for left, right in product(moves[first], moves[second])
    ]
    room = max(most - len(found), 0)
    if len(pairs) > room:
        pairs = [pairs[place] for place in np.linspace(0, len(pairs) - 1, room).astype(int).tolist()]
    kept = (found + pairs)[:most]
    return np.array(kept, np.float64).reshape(len(kept), len(own))


def spread_sets(rule: Rule, values: Mapping[str, float], most: int) -> NDArray[np.float64]:
    """`values` and sets spread evenly over the whole ranges, shape (≤ most, parameters), each set once.

    The points of a Halton sequence (Halton 1960), moved to the parameters' steps.
    """
    own = [values[parameter.name] for parameter in rule.parameters]
    found = {tuple(own): None}
    for place in range(_SKIPPED, _SKIPPED + 4 * most):
        if len(found) >= most:
            break
        point = tuple(
            _on_grid(parameter, _radical_inverse(place, prime))
            for parameter, prime in zip(rule.parameters, _PRIMES, strict=False)
        )
        found.setdefault(point)
    return np.array(list(found), np.float64).reshape(len(found), len(own))


def _find_moves(parameter: Parameter, value: float) -> list[float]:
    steps = max(1, round(NEAR_SHARE * abs(value) / parameter.step))
    moved = (value - steps * parameter.step, value + steps * parameter.step)
    return [to for to in moved if parameter.minimum <= to <= parameter.maximum]


def _moved(own: NDArray[np.float64], to: Mapping[int, float]) -> NDArray[np.float64]:
    values = own.copy()
    for place, value in to.items():
        values[place] = value
    return values


def _on_grid(parameter: Parameter, share: float) -> float:
    """The grid's value nearest below `share` (0 up to but not 1) of the way from minimum to maximum."""
    steps = int((parameter.maximum - parameter.minimum) / parameter.step + 1e-9) + 1
    return min(parameter.minimum + int(share * steps) * parameter.step, parameter.maximum)


def _radical_inverse(place: int, base: int) -> float:
    """The digits of `place` mirrored at the point (van der Corput 1935)."""
    inverse, weight = 0.0, 1.0 / base
    while place:
        place, digit = divmod(place, base)
        inverse += digit * weight
        weight /= base
    return inverse
