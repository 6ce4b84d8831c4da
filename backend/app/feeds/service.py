"""The room's door: instruments' links to providers, and the credit meter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.feeds import repository
from app.feeds.credits import (
    end_request,
    note_credits_left,
    note_refusal,
    read_credits_left,
    reserve_credits,
    spend_credits,
)
from app.feeds.domain import ProviderLink

__all__ = [
    "end_request",
    "find_links",
    "note_credits_left",
    "note_refusal",
    "read_credits_left",
    "reserve_credits",
    "spend_credits",
]


async def find_links(session: AsyncSession, instrument_ids: Collection[UUID]) -> Mapping[UUID, ProviderLink]:
    """Which provider feeds each instrument; those that come from none are left out. One statement."""
    return await repository.find_links(session, instrument_ids)
