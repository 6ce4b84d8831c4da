"""Providers, symbol search, adding instruments, back-fills and the catalogue of data over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.database import MainSession
from app.core.dependencies import ClockDep
from app.core.fields import CleanStr
from app.core.pagination import Page, PageQueryDep
from app.feeds import adding, backfills, catalogue, credits, repository, service
from app.feeds.dependencies import FeedsViewerDep, ProviderDeskDep
from app.feeds.provider_desk import may_use, search_symbols
from app.feeds.schemas import (
    AddedInstrument,
    BackfillCreate,
    BackfillRead,
    CataloguePage,
    CreditsRead,
    InstrumentCoverage,
    InstrumentFromProvider,
    ProviderBadge,
    ProviderList,
    ProviderRead,
    RefreshAccepted,
    SearchProblem,
    SymbolList,
    SymbolRead,
)
from app.market.domain import AssetClass, InstrumentFilter, Scope
from app.market.service import InstrumentRead

_TITLES = {"twelvedata": "Twelve Data", "crypto": "Crypto exchanges", "simulated": "Simulated market"}

router = APIRouter(tags=["feeds"])


@router.get("/providers")
async def list_providers(viewer: FeedsViewerDep, session: MainSession, desk: ProviderDeskDep) -> ProviderList:
    """Where market data can come from: what is set up, what is left of its quota, and what else could be."""
    descriptions = await desk.list_descriptions(session)
    answers = await repository.list_answers(session)
    left = await credits.read_credits_left(session, descriptions)
    items = [
        ProviderRead(
            **ProviderBadge.of(one).model_dump(),
            is_configured=True,
            problem=None,
            can_use=may_use(viewer, one),
            silent_since=answers[one.name].silent_since if one.name in answers else None,
            may_share=one.may_share,
            has_stream=one.has_stream,
            intervals=list(one.intervals),
            max_bars_per_request=one.max_bars_per_request,
            credits=None
            if one.quota.credits_per_minute is None and one.quota.credits_per_day is None
            else CreditsRead.of(one, left[one.name]),
        )
        for one in descriptions
    ]
    items += [
        ProviderRead(
            name=name,
            title=_TITLES.get(name, name),
            attribution="",
            is_simulated=False,
            is_delayed=False,
            is_configured=False,
            problem=problem,
            can_use=False,
            silent_since=None,
            may_share=False,
            has_stream=False,
            intervals=[],
            max_bars_per_request=0,
            credits=None,
        )
        for name, problem in desk.problems.items()
    ]
    return ProviderList(items=items)


@router.get("/symbols")
async def find_symbols(
    viewer: FeedsViewerDep,
    desk: ProviderDeskDep,
    query: Annotated[CleanStr, Query(min_length=1, max_length=64)],
    provider: Annotated[CleanStr | None, Query(max_length=32)] = None,
    asset_class: AssetClass | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> SymbolList:
    """Symbols that providers have, by some letters of symbol or name."""
    found = await search_symbols(
        desk, viewer, query.strip(), provider=provider, asset_class=asset_class, limit=limit
    )
    async with desk.database.session() as session:
        known = await service.find_added(
            session, viewer.user_id, [(one.name, symbol) for one, symbol in found.items]
        )
    return SymbolList(
        items=[
            SymbolRead.of(one, symbol, known.get((one.name, symbol.code, symbol.mic_code)))
            for one, symbol in found.items
        ],
        problems=[
            SearchProblem(provider=name, code=error.code, detail=error.detail)
            for name, error in found.problems
        ],
    )


@router.post("/instruments/from-provider", status_code=201)
async def add_instrument(
    body: InstrumentFromProvider,
    viewer: FeedsViewerDep,
    session: MainSession,
    desk: ProviderDeskDep,
    clock: ClockDep,
) -> AddedInstrument:
    """Add an instrument that a provider feeds; its history comes in the background. The same again changes
    nothing.
    """
    description = await desk.get_description(session, viewer, body.provider)
    await session.commit()  # the provider may be asked now: no transaction waits for it
    symbol = await adding.find_wanted_symbol(desk, description, body.code, body.mic_code)
    added = await adding.add_instrument(session, viewer, body, description, symbol, clock.now())
    return AddedInstrument(
        instrument=InstrumentRead.of(added.instrument),
        provider=ProviderBadge.of(added.description),
        backfills=[BackfillRead.of(one) for one in added.backfills],
    )


@router.get("/backfills")
async def list_backfills(
    viewer: FeedsViewerDep,
    session: MainSession,
    page: PageQueryDep,
    open: Annotated[bool | None, Query(description="Only those under way, or only those over.")] = None,
    instrument_id: UUID | None = None,
) -> Page[BackfillRead]:
    """One's back-fills, newest first."""
    items, cursor = await backfills.list_backfills(
        session, viewer, page, is_open=open, instrument_id=instrument_id
    )
    return Page(items=[BackfillRead.of(item) for item in items], next_cursor=cursor)


@router.get("/backfills/{backfill_id}")
async def read_backfill(backfill_id: UUID, viewer: FeedsViewerDep, session: MainSession) -> BackfillRead:
    """How a back-fill goes."""
    return BackfillRead.of(await backfills.get_backfill(session, viewer, backfill_id))


@router.post("/backfills/{backfill_id}/cancel")
async def cancel_backfill(
    backfill_id: UUID, viewer: FeedsViewerDep, session: MainSession, clock: ClockDep
) -> BackfillRead:
    """Stop a back-fill. What came in stays."""
    return BackfillRead.of(await backfills.cancel_backfill(session, viewer, backfill_id, clock.now()))


@router.post("/instruments/{instrument_id}/backfills", status_code=202)
async def start_backfill(
    instrument_id: UUID,
    body: BackfillCreate,
    viewer: FeedsViewerDep,
    session: MainSession,
    desk: ProviderDeskDep,
    clock: ClockDep,
) -> BackfillRead:
    """Fetch a stretch of bars: what lacks of it, or (`again`) all of it once more."""
    return BackfillRead.of(
        await backfills.start_backfill(session, viewer, desk, instrument_id, body, clock.now())
    )


@router.post("/instruments/{instrument_id}/refresh", status_code=202)
async def refresh_instrument(
    instrument_id: UUID, viewer: FeedsViewerDep, session: MainSession, clock: ClockDep
) -> RefreshAccepted:
    """Ask the provider for the newest bars now."""
    await backfills.refresh_instrument(session, viewer, instrument_id, clock.now())
    return RefreshAccepted(instrument_id=instrument_id)


@router.get("/instruments/{instrument_id}/coverage")
async def read_coverage(
    instrument_id: UUID,
    viewer: FeedsViewerDep,
    session: MainSession,
    desk: ProviderDeskDep,
    clock: ClockDep,
) -> InstrumentCoverage:
    """What is stored of an instrument, what lacks, and what is on its way, which from now on goes first."""
    return await catalogue.read_coverage(session, viewer, desk, instrument_id, clock.now())


@router.get("/catalogue")
async def list_catalogue(
    viewer: FeedsViewerDep,
    session: MainSession,
    desk: ProviderDeskDep,
    page: PageQueryDep,
    clock: ClockDep,
    query: Annotated[CleanStr | None, Query(max_length=100)] = None,
    asset_class: AssetClass | None = None,
    scope: Scope | None = None,
) -> CataloguePage:
    """The data that there is: ranges, holes, freshness and source of each instrument."""
    wanted = InstrumentFilter(query and query.strip(), asset_class, scope)
    items, cursor = await catalogue.list_catalogue(session, viewer, desk, wanted, page, clock.now())
    return CataloguePage(items=items, next_cursor=cursor)
