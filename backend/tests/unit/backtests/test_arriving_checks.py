"""Checks on their way out of the run's thread."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from app.backtests import arriving_checks
from app.backtests.arriving_checks import ArrivingChecks, write_verdict
from app.engine.verdict import Check, Level, Verdict

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def verdict(count: int) -> Verdict:
    return Verdict(tuple(Check(str(n), Level.GREEN, "Fine.") for n in range(count)), complete=False)


async def test_what_arrives_together_is_stored_once_and_what_comes_last_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arriving_checks, "GATHER_SECONDS", 0.02)
    stored: list[Mapping[str, Any]] = []

    async def store(so_far: Mapping[str, Any]) -> None:
        stored.append(so_far)

    arriving = ArrivingChecks()

    def compute() -> None:
        for count in (1, 2, 3):
            arriving.show(verdict(count))

    async with arriving.stored_by(store):
        await asyncio.to_thread(compute)
        await asyncio.sleep(0.1)
        await asyncio.to_thread(arriving.show, verdict(4))
        await asyncio.sleep(0.1)
    assert [len(one["checks"]) for one in stored] == [3, 4]
    assert not any(one["complete"] for one in stored)


async def test_a_run_that_is_over_at_once_stores_nothing_and_waits_for_nothing() -> None:
    async def store(_: Mapping[str, Any]) -> None:
        raise AssertionError("there was no time for it")

    began = asyncio.get_running_loop().time()
    arriving = ArrivingChecks()
    async with arriving.stored_by(store):
        arriving.show(verdict(1))
    assert asyncio.get_running_loop().time() - began < arriving_checks.GATHER_SECONDS


async def test_what_ends_the_run_reaches_the_caller() -> None:
    async def store(_: Mapping[str, Any]) -> None:
        return None

    with pytest.raises(ZeroDivisionError):
        async with ArrivingChecks().stored_by(store):
            raise ZeroDivisionError


async def test_what_is_undefined_is_stored_as_null_and_numbers_are_pythons() -> None:
    picture = {"kind": "bars", "bars": [{"value": math.inf}], "counts": [np.int64(3), np.float64("nan")]}
    check = Check("a", Level.RED, "No.", math.nan, pictures=(picture,))
    written = write_verdict(Verdict((check,)))
    assert written["checks"][0]["figure"] is None
    assert written["checks"][0]["pictures"][0]["bars"] == [{"value": None}]
    assert json.loads(json.dumps(written, allow_nan=False)) == written
