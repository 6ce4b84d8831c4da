"""`flowrex sweep` and `flowrex walkforward` answer what the API answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.clock import SystemClock
from app.core.database import Databases
from app.research.console import sweep_on_console, walk_on_console
from app.research.service import SweepCreate
from app.research.walk_forward_service import WalkForwardCreate
from tests.integration.conftest import Person
from tests.integration.research.conftest import WALK_FORWARDS, ask, read_csv, run

pytestmark = pytest.mark.usefixtures("demo_bars", "worker")
_TIMES = {"created_at", "started_at", "finished_at"}


@pytest.mark.parametrize("method", ["grid", "random", "tpe"])
async def test_a_sweep_is_the_apis(member: Person, databases: Databases, method: str) -> None:
    terms: dict[str, Any] = {
        "method": method,
        "sets": 70,
        "ranges": {"fast": {"min": 5, "max": 14, "step": 1}, "slow": {"min": 30, "max": 60, "step": 3}},
    }
    stored = await run(member, **terms)
    computed = await sweep_on_console(databases.main, SystemClock(), SweepCreate.model_validate(ask(**terms)))
    told = json.loads(computed.as_json())
    assert {name: stored[name] for name in told if name not in _TIMES} == {
        name: value for name, value in told.items() if name not in _TIMES
    }
    lines = b"".join(computed.results.iterate_lines()).decode()
    assert lines == await read_csv(member, stored["id"])
    assert "parameter sets of GOOG 1day" in computed.as_text()


async def test_a_walk_forward_is_the_apis(member: Person, databases: Databases) -> None:
    windows = {"train_bars": 750, "test_bars": 250}
    stored = await run(member, WALK_FORWARDS, **windows)
    body = WalkForwardCreate.model_validate(ask(**windows))
    computed = await walk_on_console(databases.main, SystemClock(), body)
    told = json.loads(computed.as_json())
    for name in ("windows", "curves", "metrics", "efficiency", "axes", "objective", "status"):
        assert told[name] == stored[name]
    assert "6 windows of GOOG 1day" in computed.as_text()
