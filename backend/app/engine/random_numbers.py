"""Random numbers for compiled loops: the same on every machine and in every version for the same seed."""

from __future__ import annotations

import numpy as np

from app.engine.compiled import compile_loop

STEP = np.uint64(0x9E3779B97F4A7C15)
"""What a state grows by before each draw."""
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_SHIFT_A, _SHIFT_B, _SHIFT_C, _SHIFT_D = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0  # 2^-53


@compile_loop
def draw_uniform(state: np.uint64) -> float:
    """A number in (0, 1] from a state: the upper 53 bits of SplitMix64's output (Steele, Lea & Flood 2014).

    The caller adds STEP to its state before each draw.
    """
    z = (state ^ (state >> _SHIFT_A)) * _MIX_A
    z = (z ^ (z >> _SHIFT_B)) * _MIX_B
    z = z ^ (z >> _SHIFT_C)
    return float((z >> _SHIFT_D) + np.uint64(1)) * _UNIT
