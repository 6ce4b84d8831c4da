"""A verdict on its way from the thread that computes it to whoever looks at the run meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import numpy as np

from app.core.waiting import wait_until_set
from app.engine.verdict import Verdict

Store = Callable[[Mapping[str, Any]], Awaitable[None]]

# Checks that arrive within this time of one another are stored together: a run that is over sooner writes
# nothing in between.
GATHER_SECONDS = 0.15


class ArrivingChecks:
    """Holds the newest verdict. `show` may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._arrived, self._over = asyncio.Event(), asyncio.Event()
        self._newest: Verdict | None = None

    def show(self, verdict: Verdict) -> None:
        """Called by the run after each check."""
        self._newest = verdict
        # A loop that is closed belongs to a worker that has stopped: nobody looks any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._arrived.set)

    @contextlib.asynccontextmanager
    async def stored_by(self, store: Store) -> AsyncIterator[None]:
        """Store what arrives while the block runs. A write under way at its end is waited for."""
        storing = asyncio.create_task(self._keep_storing(store))
        try:
            yield
        finally:
            self._over.set()
            self._arrived.set()
            await storing

    async def _keep_storing(self, store: Store) -> None:
        while not self._over.is_set():
            await self._arrived.wait()
            await wait_until_set(self._over, GATHER_SECONDS)
            self._arrived.clear()
            if self._newest is not None and not self._over.is_set():
                await store(write_verdict(self._newest))


def write_verdict(verdict: Verdict) -> dict[str, Any]:
    """The verdict as the database can hold it: what is undefined is null, NumPy's numbers are Python's."""
    written: dict[str, Any] = _write_plainly(verdict.as_dict())
    return written


def _write_plainly(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _write_plainly(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_write_plainly(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
