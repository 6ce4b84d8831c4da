"""A clock that the tests move, and an application that goes by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI

from app.config import Settings
from app.core.clock import FixedClock
from app.main import create_app
from tests.integration.market.conftest import do_import as do_import


@pytest.fixture
def clock() -> FixedClock:
    # What a token is made with and read with: a day that no other clock can contradict.
    return FixedClock(datetime.now(UTC))


@pytest.fixture
async def app(settings: Settings, clock: FixedClock) -> AsyncIterator[FastAPI]:
    """The real application, started, by the test's clock."""
    application = create_app(settings, clock)
    async with application.router.lifespan_context(application):
        yield application
