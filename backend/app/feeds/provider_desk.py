"""Which providers there are, for whom, and why one is not set up; and asking one of them for symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.core.database import Database
from app.feeds import credits, repository, symbol_repository
from app.feeds.domain import ProviderNotConfigured, ProviderNotShared
from app.market.domain import AssetClass, Viewer
from app.market.ports import MarketDataProvider
from app.market.provider_facts import (
    ProviderDescription,
    ProviderError,
    ProviderSymbol,
    ProviderUnavailable,
)

_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class ProviderDesk:
    """The providers of this process, which it can ask itself. What only workers load is known by the
    descriptions that they left in the database. `problems`: why others are not set up.
    """

    providers: Mapping[str, MarketDataProvider]
    problems: Mapping[str, str]
    database: Database
    clock: Clock

    async def list_descriptions(self, session: AsyncSession) -> list[ProviderDescription]:
        """Every provider that is set up, by name."""
        known = {one.name: one for one in await repository.list_descriptions(session)}
        known |= {name: one.description for name, one in self.providers.items()}
        return [known[name] for name in sorted(known) if name not in self.problems]

    async def get_description(self, session: AsyncSession, viewer: Viewer, name: str) -> ProviderDescription:
        """A provider that who asks may use. Raises ProviderNotConfigured, ProviderNotShared."""
        for one in await self.list_descriptions(session):
            if one.name == name:
                check_may_use(viewer, one)
                return one
        raise ProviderNotConfigured(self.problems.get(name, f"There is no provider {name} here."))

    async def search(
        self, description: ProviderDescription, query: str, limit: int
    ) -> Sequence[ProviderSymbol]:
        """Ask a provider of this process for symbols, and remember them. None of it is in a transaction of
        the caller's. Raises ProviderError.
        """
        provider = self.providers.get(description.name)
        if provider is None:
            return ()
        async with credits.spend_credits(self.database, description, provider.count_search_credits()):
            found = await provider.search(query, limit)
        async with self.database.session() as session:
            await symbol_repository.write_symbols(
                session, description.name, found[:_REMEMBERED], self.clock.now()
            )
        return found


def may_use(viewer: Viewer, description: ProviderDescription) -> bool:
    """Whether who asks may search and add there: admins always, others what may be shared."""
    return description.may_share or viewer.is_admin or viewer.user_id is None


def check_may_use(viewer: Viewer, description: ProviderDescription) -> None:
    """Raises ProviderNotShared."""
    if not may_use(viewer, description):
        raise ProviderNotShared(
            f"Data from {description.title} may be shown to admins alone, whose key it is. If its terms allow"
            f" sharing, the operator states that with {description.name.upper()}_SHARED=true."
        )


def _describe_silence(description: ProviderDescription, heard: repository.ProviderAnswers) -> ProviderError:
    """What is said of a provider that did not answer a worker. Why is for the log: addresses stand in it."""
    title = description.title
    if heard.answered_at is None:
        return ProviderUnavailable(f"{title} did not answer, so it was not searched.")
    return ProviderUnavailable(f"{title} does not answer now: only what it had before was searched.")


@dataclass(frozen=True, slots=True)
class FoundSymbols:
    """Results, the best first; and the providers that could not be asked."""

    items: list[tuple[ProviderDescription, ProviderSymbol]]
    problems: list[tuple[str, ProviderError]]


async def search_symbols(
    desk: ProviderDesk,
    viewer: Viewer,
    query: str,
    *,
    provider: str | None,
    asset_class: AssetClass | None,
    limit: int,
) -> FoundSymbols:
    """What providers have for some letters. Raises ProviderNotConfigured, ProviderNotShared."""
    async with desk.database.session() as session:
        if provider is not None:
            wanted = [await desk.get_description(session, viewer, provider)]
        else:
            wanted = [one for one in await desk.list_descriptions(session) if may_use(viewer, one)]
        answers = await repository.list_answers(session)
    problems: list[tuple[str, ProviderError]] = []
    live: list[tuple[str, ProviderSymbol]] = []
    for one in wanted:
        heard = answers.get(one.name)
        if one.name not in desk.providers and heard is not None and heard.silent_since is not None:
            problems.append((one.name, _describe_silence(one, heard)))
        try:
            live += [(one.name, symbol) for symbol in await desk.search(one, query, limit)]
        except ProviderError as error:
            problems.append((one.name, error))
    async with desk.database.session() as session:
        cached = await symbol_repository.search_symbols(
            session, query, [one.name for one in wanted], asset_class, limit
        )
    by_name = {one.name: one for one in wanted}
    # The cache's order stands; what a provider found by means of its own comes after it.
    merged: dict[tuple[str, str, str | None], tuple[ProviderDescription, ProviderSymbol]] = {}
    for name, symbol in [*cached, *live]:
        if asset_class is None or symbol.asset_class is asset_class:
            merged.setdefault((name, symbol.code, symbol.mic_code), (by_name[name], symbol))
    return FoundSymbols(list(merged.values())[:limit], problems)
