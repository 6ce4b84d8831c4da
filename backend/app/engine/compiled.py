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

Function = TypeVar("Function", bound=Callable[..., object])

# What each compiled function was made from: its own file and, through it, those of the functions it calls.
_ORIGINS: dict[int, frozenset[Path]] = {}


def compile_loop(function: Function) -> Function:
    """The function compiled by numba on its first call.

    No fastmath: sums keep their written order and products are not contracted, so the bits do not depend on
    where an array starts. It may call compiled functions of other files: numba's cache watches the file of
    the function alone, so one that reaches into other files is kept in a folder named by what they hold.
    """
    own = Path(inspect.getfile(function))
    called = frozenset[Path]().union(*_find_origins_called(function)) - {own}
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


def _find_origins_called(function: Callable[..., object]) -> Iterator[frozenset[Path]]:
    scope = inspect.unwrap(function).__globals__
    for name in function.__code__.co_names:
        origin = _ORIGINS.get(id(scope.get(name)))
        if origin is not None:
            yield origin


@contextmanager
def _cache_folder_for(called: frozenset[Path], own: Path) -> Iterator[None]:
    """While a function is decorated: numba's folder, one level deeper where other files have a part in it."""
    settings: Any = numba.config  # filled from the environment when imported
    before = settings.CACHE_DIR
    if called:
        base = Path(before) if before else own.parent / "__pycache__"
        stamp = hashlib.sha256("".join(_digest(path) for path in sorted(called)).encode()).hexdigest()[:16]
        settings.CACHE_DIR = str(base / f"calls-{stamp}")
    try:
        yield
    finally:
        settings.CACHE_DIR = before


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
