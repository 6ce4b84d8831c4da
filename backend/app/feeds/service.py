"""The room's door: instruments' links to providers, and the credit meter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from app.market.provider_facts import ProviderSymbol

__all__ = [
    "end_request",
    "find_added",
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


async def find_added(
    session: AsyncSession, owner_id: UUID | None, symbols: Sequence[tuple[str, ProviderSymbol]]
) -> Mapping[tuple[str, str, str | None], UUID]:
    """Which of providers' symbols (provider, symbol) are instruments here already, one's own first: the
    instruments by provider, code and MIC code. One statement.
    """
    links = await repository.find_links_of(session, symbols, owner_id)
    found: dict[tuple[str, str, str | None], UUID] = {}
    for link in links:
        found.setdefault((link.provider, link.symbol.code, link.symbol.mic_code), link.instrument_id)
    return found
