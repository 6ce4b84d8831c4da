"""Telling those who look on what fetching did: over the live channels of their own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.engine.intervals import Interval
from app.feeds import backfill_repository
from app.feeds.asking import Means
from app.feeds.domain import ProviderLink
from app.feeds.schemas import BackfillRead
from app.market.domain import name_changes_topic


async def tell_backfills(means: Means, backfill_ids: Sequence[UUID]) -> None:
    """Publish back-fills as the API answers them, each to its owner."""
    async with means.database.session() as session:
        told = await backfill_repository.get_by_ids(session, backfill_ids)
    for one in told:
        if one.owner_id is not None:
            body = BackfillRead.of(one).model_dump(mode="json")
            await means.publisher.publish(f"backfills:{one.owner_id}", body)


async def tell_bars_changed(means: Means, link: ProviderLink, interval: Interval, revision: int) -> None:
    """Say that stored bars changed: charts fetch them again."""
    body = {
        "instrument_id": str(link.instrument_id),
        "interval": interval.value,
        "revision": revision,
    }
    await means.publisher.publish(name_changes_topic(link.owner_id), body)
