"""The meter in the database: whoever reserves at the same moment, the plan is never exceeded."""

from __future__ import annotations

import asyncio

import pytest

from app.config import Settings
from app.core.database import Databases
from app.engine.intervals import Interval
from app.feeds.credits import end_request, read_credits_left, reserve_credits
from app.market.provider_facts import (
    ProviderBusy,
    ProviderDescription,
    ProviderPlanLacks,
    ProviderQuotaExhausted,
    Quota,
)

pytestmark = pytest.mark.anyio


def describe(quota: Quota) -> ProviderDescription:
    return ProviderDescription("metered", "Metered", "By Metered.", (Interval.DAY_1,), 100, quota)


async def test_two_processes_that_reserve_at_once_never_exceed_the_plan(
    settings: Settings, databases: Databases
) -> None:
    """Each with connections of its own, many at the same moment."""
    other = Databases.from_settings(settings, application_name="another process")
    description = describe(Quota(8, 800))
    try:
        outcomes = await asyncio.gather(
            *(reserve_credits(both.main, description, 1) for _ in range(12) for both in (databases, other)),
            return_exceptions=True,
        )
    finally:
        await other.dispose()
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(outcomes) - len(refused) == 8
    assert {type(one) for one in refused} == {ProviderBusy}
    async with databases.main.session() as session:
        left = (await read_credits_left(session, [description]))["metered"]
    assert (left.this_minute, left.today, left.spent_today) == (0, 792, 8)


async def test_a_request_that_is_over_still_counts_and_the_day_ends_too(databases: Databases) -> None:
    description = describe(Quota(8, 3))
    for _ in range(3):
        spend = await reserve_credits(databases.main, description, 1)
        async with databases.main.session() as session:
            await end_request(session, spend)
    async with databases.main.session() as session:
        left = (await read_credits_left(session, [description]))["metered"]
    assert (left.this_minute, left.today) == (5, 0)
    with pytest.raises(ProviderQuotaExhausted):
        await reserve_credits(databases.main, description, 1)
    with pytest.raises(ProviderPlanLacks):
        await reserve_credits(databases.main, describe(Quota(8, 800)), 20)
