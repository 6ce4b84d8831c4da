"""Queries on what providers said they have bars of."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, false, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.feeds.stored_facts import read_symbol, write_symbol
from app.feeds.tables import ProviderSymbolRow
from app.market.domain import AssetClass
from app.market.provider_facts import ProviderSymbol

_ROWS_AT_ONCE = 500
_NOT_LETTERS = re.compile("[^A-Za-z0-9]")


async def write_symbols(
    session: AsyncSession, provider: str, symbols: Collection[ProviderSymbol], now: datetime
) -> None:
    """Remember what a provider has."""
    rows = {
        (one.code[:64], (one.mic_code or "")[:16]): {
            "provider": provider,
            "code": one.code[:64],
            "mic_code": (one.mic_code or "")[:16],
            "symbol": one.symbol[:64],
            "name": one.name[:200],
            "asset_class": one.asset_class.value,
            "facts": write_symbol(one),
            "seen_at": now,
        }
        for one in symbols
    }
    values = list(rows.values())
    for first in range(0, len(values), _ROWS_AT_ONCE):
        statement = insert(ProviderSymbolRow).values(values[first : first + _ROWS_AT_ONCE])
        fresh = statement.excluded
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[
                    ProviderSymbolRow.provider,
                    ProviderSymbolRow.code,
                    ProviderSymbolRow.mic_code,
                ],
                set_={
                    "symbol": fresh.symbol,
                    "name": fresh.name,
                    "asset_class": fresh.asset_class,
                    "facts": fresh.facts,
                    "seen_at": fresh.seen_at,
                },
            )
        )


async def search_symbols(
    session: AsyncSession,
    query: str,
    providers: Collection[str],
    asset_class: AssetClass | None,
    limit: int,
) -> list[tuple[str, ProviderSymbol]]:
    """Symbols that hold the query in symbol, code or name: exact ones first, then beginnings. Pairs are found
    however they are written: BTC/USD, BTC-USD, btcusd.
    """
    row = ProviderSymbolRow
    wanted = query.strip()
    letters = _NOT_LETTERS.sub("", wanted)
    bare = func.regexp_replace(row.symbol, "[^A-Za-z0-9]", "", "g")
    statement = select(row).where(
        row.provider.in_(providers),
        or_(
            row.symbol.icontains(wanted, autoescape=True),
            row.code.icontains(wanted, autoescape=True),
            row.name.icontains(wanted, autoescape=True),
            bare.icontains(letters, autoescape=True) if letters else false(),
        ),
    )
    if asset_class is not None:
        statement = statement.where(row.asset_class == asset_class.value)
    capitals = wanted.upper()
    rank = case(
        (or_(func.upper(row.symbol) == capitals, func.upper(row.code) == capitals), 0),
        (func.upper(bare) == letters.upper(), 0),
        (func.upper(row.symbol).startswith(capitals, autoescape=True), 1),
        (func.upper(row.name).startswith(capitals, autoescape=True), 2),
        else_=3,
    )
    statement = statement.order_by(rank, func.length(row.symbol), row.symbol, row.provider, row.mic_code)
    return [(one.provider, read_symbol(one.facts)) for one in await session.scalars(statement.limit(limit))]


async def find_symbol(
    session: AsyncSession, provider: str, code: str, mic_code: str | None
) -> ProviderSymbol | None:
    """A symbol by what the provider calls it. Without a `mic_code`: only where one place has it."""
    row = ProviderSymbolRow
    statement = select(row).where(row.provider == provider, func.upper(row.code) == code.upper())
    if mic_code is not None:
        statement = statement.where(row.mic_code == mic_code.upper())
    found: Sequence[ProviderSymbolRow] = (await session.scalars(statement.limit(2))).all()
    return read_symbol(found[0].facts) if len(found) == 1 else None


async def count_symbols(session: AsyncSession, provider: str) -> tuple[int, datetime | None]:
    """How many symbols of a provider are known, and when it was asked last."""
    query = select(func.count(), func.max(ProviderSymbolRow.seen_at)).where(
        ProviderSymbolRow.provider == provider
    )
    count, seen_at = (await session.execute(query)).one()
    return count, seen_at
