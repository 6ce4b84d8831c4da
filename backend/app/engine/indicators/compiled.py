"""How loops over bars are compiled: once, cached on disk, without the GIL, strict about floating point."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compile_loop(function: Function) -> Function:
    """The function compiled by numba on its first call.

    No fastmath: sums keep their written order and products are not contracted, so the bits do not depend on where
    an array starts or on the machine.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function))
