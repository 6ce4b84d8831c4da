"""Splits of linked instruments: asked for once a week where the plan allows it, merged into what is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.feeds import backfill_repository, credits, repository
from app.feeds.asking import FOR_GOOD, Asking, answer_in_time
from app.market import service as market
from app.market.provider_facts import ProviderBusy, ProviderDescription, ProviderError

_SPLITS_EVERY = timedelta(days=7)
_SPLITS_AGAIN = timedelta(hours=1)


def explain_unaffordable_splits(description: ProviderDescription, cost: int) -> str | None:
    """Why the plan never allows to ask for splits; None where it does."""
    for allowed, span in (
        (description.quota.credits_per_minute, "a minute"),
        (description.quota.credits_per_day, "a day"),
    ):
        if allowed is not None and cost > allowed:
            return (
                f"{description.title}'s splits cost {cost} credits at once; your plan gives {allowed} {span}."
                " Enter splits by hand under Splits."
            )
    return None


async def fetch_splits(feed: Asking, instrument_id: UUID) -> None:
    """Ask for the splits of an instrument, once. What the plan never allows is not tried, and said."""
    means = feed.means
    now, description = means.clock.now(), means.provider.description
    async with means.database.session() as session:
        link = (await repository.find_links(session, [instrument_id])).get(instrument_id)
    if link is None:
        return
    cost = means.provider.count_splits_credits(link.symbol)
    problem = explain_unaffordable_splits(description, cost)
    if problem is not None:
        await _put_off(feed, instrument_id, now + _SPLITS_EVERY, problem)
        return
    # The meter's own refusal is none of the provider's: remembered as one, it would be drawn out for ever.
    spend = await credits.reserve_credits(means.database, description, cost)
    try:
        splits = await answer_in_time(means.provider, means.provider.fetch_splits(link.symbol))
    except ProviderError as error:
        await feed.end_failed(spend, error)
        if isinstance(error, ProviderBusy):
            raise
        await put_off_splits(feed, instrument_id, error)
        return
    async with means.database.session() as session:
        await credits.end_request(session, spend)
        await market.merge_splits(session, instrument_id, splits)
        await backfill_repository.set_splits_due(
            session, instrument_id, now + _SPLITS_EVERY, fetched_at=now, problem=None
        )


async def put_off_splits(feed: Asking, instrument_id: UUID, error: ProviderError) -> None:
    """Ask for an instrument's splits later."""
    pause = _SPLITS_EVERY if isinstance(error, FOR_GOOD) else _SPLITS_AGAIN
    await _put_off(feed, instrument_id, feed.means.clock.now() + pause, error.detail)


async def _put_off(feed: Asking, instrument_id: UUID, due_at: datetime, problem: str) -> None:
    async with feed.means.database.session() as session:
        await backfill_repository.set_splits_due(
            session, instrument_id, due_at, fetched_at=None, problem=problem
        )
