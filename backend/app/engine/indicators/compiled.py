"""How loops over bars are compiled: once, cached on disk, without the GIL, strict about floating point."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compile_loop(function: Function) -> Function:
    """The function compiled by numba on its first call.

    No fastmath: sums keep their written order and products are not contracted, so the bits do not depend on
    where an array starts. A compiled function may call only compiled functions of its own file: numba notices
    changes in the file of a function, not in those of what it calls, and would go on running the old code.
    """
    compile_ = partial(numba.njit, nogil=True, fastmath=False, error_model="numpy")
    try:
        return cast(Function, compile_(cache=True)(function))
    except RuntimeError:
        # numba found no folder that it may write to (a read-only installation): it compiles at each start
        # then.
        return cast(Function, compile_()(function))
