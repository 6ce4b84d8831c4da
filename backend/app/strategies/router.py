"""Rules over HTTP: check, save, list, read, change, delete."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.fields import CleanStr
from app.core.pagination import Page, PageQueryDep
from app.strategies import service
from app.strategies.schemas import (
    DiffLineRead,
    ExampleRuleRead,
    LanguageRead,
    LibraryRuleRead,
    RuleCheckRead,
    RuleCheckRequest,
    StrategyCreate,
    StrategyDiffRead,
    StrategyRead,
    StrategyUpdate,
    StrategyVersionRead,
)

MAXIMUM_VERSION = 2**31 - 1
SearchText = Annotated[CleanStr, Query(max_length=100)]

router = APIRouter(prefix="/strategies", tags=["strategies"])


@router.post("/check")
async def check_rule(body: RuleCheckRequest, _user: CurrentUser) -> RuleCheckRead:
    """Say what is wrong with a rule, or what it needs. Always 200: errors in a rule are an answer here."""
    return RuleCheckRead.of(await service.check_source(body.source))


@router.get("/language")
async def read_language(_user: CurrentUser) -> LanguageRead:
    """The words of the rule language, for completion and hover."""
    return service.describe_language()


@router.get("/examples")
async def list_example_rules(_user: CurrentUser) -> list[ExampleRuleRead]:
    """Rules to begin with."""
    return [ExampleRuleRead.model_validate(example) for example in service.list_examples()]


@router.get("/library")
async def list_library(_user: CurrentUser) -> list[LibraryRuleRead]:
    """Well-known rules, each with its source and an honest report on the demo bars."""
    return service.list_library()


@router.post("", status_code=201)
async def create_strategy(
    body: StrategyCreate, user: CurrentUser, session: MainSession, response: Response
) -> StrategyRead:
    """Save a rule as version 1 of a new strategy. A rule with errors is refused: `rule_invalid`."""
    strategy = await service.create_strategy(session, user.id, body.name, body.source)
    response.headers["Location"] = f"/api/v1/strategies/{strategy.id}"
    return StrategyRead.of(strategy)


@router.get("")
async def list_strategies(
    page: PageQueryDep, user: CurrentUser, session: MainSession, query: SearchText | None = None
) -> Page[StrategyRead]:
    """One's own strategies, newest first; with `query` those that have it in their name."""
    items, cursor = await service.list_strategies(session, user.id, page, query and query.strip())
    return Page(items=[StrategyRead.of(item) for item in items], next_cursor=cursor)


@router.get("/{strategy_id}")
async def read_strategy(strategy_id: UUID, user: CurrentUser, session: MainSession) -> StrategyRead:
    """A strategy at its latest version."""
    return StrategyRead.of(await service.get_strategy(session, user.id, strategy_id))


@router.put("/{strategy_id}")
async def update_strategy(
    strategy_id: UUID, body: StrategyUpdate, user: CurrentUser, session: MainSession
) -> StrategyRead:
    """Rename, or save another text as the next version. The same text makes no new version."""
    strategy = await service.update_strategy(
        session, user.id, strategy_id, name=body.name, source=body.source
    )
    return StrategyRead.of(strategy)


@router.get("/{strategy_id}/versions")
async def list_strategy_versions(
    strategy_id: UUID, page: PageQueryDep, user: CurrentUser, session: MainSession
) -> Page[StrategyVersionRead]:
    """Every text that a strategy had, newest first."""
    items, cursor = await service.list_versions(session, user.id, strategy_id, page)
    return Page(items=[StrategyVersionRead.of(item) for item in items], next_cursor=cursor)


@router.get("/{strategy_id}/diff")
async def compare_strategy_versions(
    strategy_id: UUID,
    user: CurrentUser,
    session: MainSession,
    old: Annotated[int, Query(alias="from", ge=1, le=MAXIMUM_VERSION)],
    new: Annotated[int, Query(alias="to", ge=1, le=MAXIMUM_VERSION)],
) -> StrategyDiffRead:
    """What changed between two versions of a rule, line by line."""
    lines = await service.compare_versions(session, user.id, strategy_id, old, new)
    return StrategyDiffRead(from_=old, to=new, lines=[DiffLineRead.model_validate(line) for line in lines])


@router.delete("/{strategy_id}", status_code=204)
async def delete_strategy(strategy_id: UUID, user: CurrentUser, session: MainSession) -> None:
    """Remove a strategy with its versions. Runs keep the text they ran."""
    await service.delete_strategy(session, user.id, strategy_id)
