"""How loops over bars are compiled: once, cached on disk, without the GIL, strict about floating point."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., object])

# What each compiled function was made from: its own file, the constants it reads and, through the functions
# it calls, theirs.
_ORIGINS: dict[int, frozenset[Path | str]] = {}


def compile_loop(function: Function) -> Function:
    """The function compiled by numba on its first call.

    No fastmath: sums keep their written order and products are not contracted, so the bits do not depend on
    where an array starts. It may call compiled functions and read constants of other files: numba's cache
    watches the file of the function alone, so such a one is kept in a folder named by what they hold.
    """
    own = Path(inspect.getfile(function))
    called = frozenset[Path | str]().union(*_find_origins(function)) - {own}
    compile_ = partial(numba.njit, nogil=True, fastmath=False, error_model="numpy")
    try:
        with _cache_folder_for(called, own):
            compiled = compile_(cache=True)(function)
    except RuntimeError:
        # numba found no folder that it may write to (a read-only installation): it compiles at each start
        # then.
        compiled = compile_()(function)
    _ORIGINS[id(compiled)] = called | {own}
    return cast(Function, compiled)


def _find_origins(function: Callable[..., object]) -> Iterator[frozenset[Path | str]]:
    scope = inspect.unwrap(function).__globals__
    for name in function.__code__.co_names:
        value = scope.get(name)
        if isinstance(value, (int, float, tuple, np.generic)):
            yield frozenset((f"{name} = {value!r}",))
        elif id(value) in _ORIGINS:
            yield _ORIGINS[id(value)]


@contextmanager
def _cache_folder_for(called: frozenset[Path | str], own: Path) -> Iterator[None]:
    """While a function is decorated: numba's folder, one level deeper where other files have a part in it."""
    settings: Any = numba.config  # filled from the environment when imported
    before = settings.CACHE_DIR
    if called:
        base = Path(before) if before else own.parent / "__pycache__"
        stamp = hashlib.sha256("".join(sorted(map(_describe, called))).encode()).hexdigest()[:16]
        settings.CACHE_DIR = str(base / f"calls-{stamp}")
    try:
        yield
    finally:
        settings.CACHE_DIR = before


@cache
def _describe(origin: Path | str) -> str:
    return origin if isinstance(origin, str) else hashlib.sha256(origin.read_bytes()).hexdigest()
