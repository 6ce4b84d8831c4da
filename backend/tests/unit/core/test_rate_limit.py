"""Rate limits, while no Redis is there: the same rules hold in memory."""

from __future__ import annotations

import pytest

from app.core.errors import TooManyRequests
from app.core.rate_limit import RateLimits

NOWHERE = "redis://127.0.0.1:1/0"


async def test_the_published_number_passes_and_the_next_does_not() -> None:
    limits = RateLimits(NOWHERE)
    for _ in range(3):
        await limits.hit("3/hour", "POST /auth/login", "ada")
    with pytest.raises(TooManyRequests) as refused:
        await limits.hit("3/hour", "POST /auth/login", "ada")
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 3601


async def test_each_route_account_and_address_is_counted_alone() -> None:
    limits = RateLimits(NOWHERE)
    await limits.hit("1/hour", "POST /auth/login", "ada")
    await limits.hit("1/hour", "POST /auth/login", "bob")
    await limits.hit("1/hour", "POST /auth/register", "ada")
    await limits.hit("1/hour", "POST /auth/login", "ada", "127.0.0.1")
    await limits.hit("1/hour", "POST /auth/login", "a/d%a", "é")
    with pytest.raises(TooManyRequests):
        await limits.hit("1/hour", "POST /auth/login", "ada")


async def test_development_multiplies() -> None:
    limits = RateLimits(NOWHERE, multiplier=5)
    for _ in range(5):
        await limits.hit("1/hour", "x")
    with pytest.raises(TooManyRequests):
        await limits.hit("1/hour", "x")
