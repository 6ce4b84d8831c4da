"""Every query on watchlists. Each is scoped to an owner: what belongs to somebody else is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.market.domain import InstrumentNotFound
from app.workspace.domain import DEFAULT_WATCHLIST_NAME, WatchlistItem, WatchlistSummary
from app.workspace.tables import WatchlistItemRow, WatchlistRow


@contextmanager
def instruments_may_vanish() -> Iterator[None]:
    """Say so when an instrument was deleted between being looked up and being written down.

    Raises InstrumentNotFound.
    """
    try:
        yield
    except IntegrityError as error:
        if "instruments" not in str(error.orig):
            raise
        raise InstrumentNotFound from error


def _owned_by(owner_id: UUID) -> ColumnElement[bool]:
    return WatchlistRow.owner_id == owner_id


def _summaries(owner_id: UUID) -> Select[WatchlistRow, int]:
    items = (
        select(func.count())
        .where(WatchlistItemRow.watchlist_id == WatchlistRow.id)
        .correlate(WatchlistRow)
        .scalar_subquery()
    )
    return select(WatchlistRow, items).where(_owned_by(owner_id))


async def list_watchlists(
    session: AsyncSession, owner_id: UUID, limit: int, after: tuple[int, UUID] | None
) -> list[WatchlistSummary]:
    """In the order of the owner's, those after the place `after`."""
    query = _summaries(owner_id).order_by(WatchlistRow.position, WatchlistRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(WatchlistRow.position, WatchlistRow.id) > after)
    return [_read_summary(row, count) for row, count in await session.execute(query)]


async def find_watchlist(
    session: AsyncSession, owner_id: UUID, watchlist_id: UUID
) -> WatchlistSummary | None:
    """One list without its items."""
    query = _summaries(owner_id).where(WatchlistRow.id == watchlist_id)
    query = query.execution_options(populate_existing=True)
    found = (await session.execute(query)).one_or_none()
    return None if found is None else _read_summary(found[0], found[1])


async def find_default_watchlist(session: AsyncSession, owner_id: UUID) -> UUID | None:
    """The id of the list that the star uses."""
    query = select(WatchlistRow.id).where(_owned_by(owner_id), WatchlistRow.is_default)
    return (await session.execute(query)).scalar_one_or_none()


async def insert_default_watchlist(session: AsyncSession, owner_id: UUID) -> UUID:
    """Write the list that the star uses, before the others; the id of it. The owner must be locked."""
    first = select(func.coalesce(func.min(WatchlistRow.position), 0) - 1).where(_owned_by(owner_id))
    fresh = insert(WatchlistRow).values(
        owner_id=owner_id, name=DEFAULT_WATCHLIST_NAME, is_default=True, position=first.scalar_subquery()
    )
    made: UUID = (await session.execute(fresh.returning(WatchlistRow.id))).scalar_one()
    return made


async def count_watchlists(session: AsyncSession, owner_id: UUID) -> int:
    """How many lists somebody has."""
    query = select(func.count()).select_from(WatchlistRow).where(_owned_by(owner_id))
    return (await session.execute(query)).scalar_one()


async def insert_watchlist(session: AsyncSession, owner_id: UUID, name: str) -> UUID:
    """Write an empty list after the others; the id of it."""
    last = select(func.coalesce(func.max(WatchlistRow.position), -1) + 1).where(_owned_by(owner_id))
    fresh = insert(WatchlistRow).values(owner_id=owner_id, name=name, position=last.scalar_subquery())
    made: UUID = (await session.execute(fresh.returning(WatchlistRow.id))).scalar_one()
    return made


async def rename_watchlist(session: AsyncSession, watchlist_id: UUID, name: str) -> None:
    """Give a list another name."""
    change = update(WatchlistRow).where(WatchlistRow.id == watchlist_id)
    await session.execute(change.values(name=name, updated_at=func.now()))


async def list_watchlist_ids(session: AsyncSession, owner_id: UUID) -> list[UUID]:
    """All of somebody's lists, in their order."""
    query = select(WatchlistRow.id).where(_owned_by(owner_id))
    return list(await session.scalars(query.order_by(WatchlistRow.position, WatchlistRow.id)))


async def order_watchlists(session: AsyncSession, owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Put somebody's lists into this order; `ids` are all of them."""
    places = case({one: place for place, one in enumerate(ids)}, value=WatchlistRow.id)
    await session.execute(update(WatchlistRow).where(_owned_by(owner_id)).values(position=places))


async def delete_watchlist(session: AsyncSession, owner_id: UUID, watchlist_id: UUID) -> bool:
    """Remove a list with its items; False when there is none."""
    gone = delete(WatchlistRow).where(WatchlistRow.id == watchlist_id, _owned_by(owner_id))
    return (await session.execute(gone.returning(WatchlistRow.id))).one_or_none() is not None


async def lock_watchlist(session: AsyncSession, owner_id: UUID, watchlist_id: UUID) -> int | None:
    """Hold a list until the transaction ends, so that its items change one after the other; its revision."""
    query = select(WatchlistRow.revision).where(WatchlistRow.id == watchlist_id, _owned_by(owner_id))
    return (await session.execute(query.with_for_update())).scalar_one_or_none()


async def list_items(session: AsyncSession, watchlist_id: UUID) -> list[WatchlistItem]:
    """What is on a list, in its order."""
    query = (
        select(WatchlistItemRow.instrument_id, WatchlistItemRow.group)
        .where(WatchlistItemRow.watchlist_id == watchlist_id)
        .order_by(WatchlistItemRow.position, WatchlistItemRow.instrument_id)
    )
    return [WatchlistItem(*row) for row in await session.execute(query)]


async def count_items(session: AsyncSession, watchlist_id: UUID) -> int:
    """How many instruments are on a list."""
    query = select(func.count()).where(WatchlistItemRow.watchlist_id == watchlist_id)
    return (await session.execute(query)).scalar_one()


async def has_item(session: AsyncSession, watchlist_id: UUID, instrument_id: UUID) -> bool:
    """Whether an instrument is on a list."""
    query = select(WatchlistItemRow.instrument_id).where(
        WatchlistItemRow.watchlist_id == watchlist_id, WatchlistItemRow.instrument_id == instrument_id
    )
    return (await session.execute(query)).one_or_none() is not None


async def append_item(session: AsyncSession, watchlist_id: UUID, item: WatchlistItem) -> None:
    """Put an instrument at the end of a list that does not have it. The list must be locked."""
    last = select(func.coalesce(func.max(WatchlistItemRow.position), -1) + 1).where(
        WatchlistItemRow.watchlist_id == watchlist_id
    )
    await session.execute(
        insert(WatchlistItemRow).values(
            watchlist_id=watchlist_id,
            instrument_id=item.instrument_id,
            group=item.group,
            position=last.scalar_subquery(),
        )
    )
    await _touch(session, watchlist_id)


async def replace_items(session: AsyncSession, watchlist_id: UUID, items: Sequence[WatchlistItem]) -> None:
    """Make these what is on a list. The list must be locked."""
    await session.execute(delete(WatchlistItemRow).where(WatchlistItemRow.watchlist_id == watchlist_id))
    if items:
        rows = [
            {
                "watchlist_id": watchlist_id,
                "instrument_id": item.instrument_id,
                "group": item.group,
                "position": place,
            }
            for place, item in enumerate(items)
        ]
        await session.execute(insert(WatchlistItemRow), rows)
    await _touch(session, watchlist_id)


async def delete_item(session: AsyncSession, watchlist_id: UUID, instrument_id: UUID) -> None:
    """Take an instrument from a list, if it is on it. The list must be locked."""
    gone = delete(WatchlistItemRow).where(
        WatchlistItemRow.watchlist_id == watchlist_id, WatchlistItemRow.instrument_id == instrument_id
    )
    if (await session.execute(gone.returning(WatchlistItemRow.instrument_id))).one_or_none() is not None:
        await _touch(session, watchlist_id)


async def _touch(session: AsyncSession, watchlist_id: UUID) -> None:
    change = update(WatchlistRow).where(WatchlistRow.id == watchlist_id)
    await session.execute(change.values(revision=WatchlistRow.revision + 1, updated_at=func.now()))


def _read_summary(row: WatchlistRow, item_count: int) -> WatchlistSummary:
    return WatchlistSummary(
        id=row.id,
        name=row.name,
        position=row.position,
        is_default=row.is_default,
        revision=row.revision,
        item_count=item_count,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
