"""Replays over HTTP: begin, play, step, and the bars that were known."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.core.fields import Moment
from app.core.pagination import Page, PageQueryDep
from app.engine.intervals import Interval
from app.market.domain import Adjustment
from app.replay.dependencies import ReplaysDep
from app.replay.schemas import (
    ReplayBarsRead,
    ReplayCreate,
    ReplayPlay,
    ReplayRead,
    ReplaySeek,
    ReplayStep,
    ReplayUpdate,
)

_MAX_BARS = 5_000

router = APIRouter(prefix="/replays", tags=["replay"])


@router.post("", status_code=201)
async def create_replay(body: ReplayCreate, replays: ReplaysDep, response: Response) -> ReplayRead:
    """Begin a replay, paused: what counts as its present is `start`."""
    replay = await replays.create_replay(body)
    response.headers["Location"] = f"/api/v1/replays/{replay.id}"
    return ReplayRead.of(replay)


@router.get("")
async def list_replays(replays: ReplaysDep, page: PageQueryDep) -> Page[ReplayRead]:
    """One's replays, the newest first, each where it stood when somebody last looked."""
    items, cursor = await replays.list_replays(page)
    return Page(items=[ReplayRead.of(item) for item in items], next_cursor=cursor)


@router.get("/{replay_id}")
async def read_replay(replay_id: UUID, replays: ReplaysDep) -> ReplayRead:
    """Where a replay stands."""
    return ReplayRead.of(await replays.get_replay(replay_id))


@router.patch("/{replay_id}")
async def update_replay(replay_id: UUID, body: ReplayUpdate, replays: ReplaysDep) -> ReplayRead:
    """Step by the bars of another symbol or interval from now on."""
    return ReplayRead.of(await replays.update_replay(replay_id, body))


@router.delete("/{replay_id}", status_code=204)
async def delete_replay(replay_id: UUID, replays: ReplaysDep) -> None:
    """Remove a replay. Bars and drawings stay."""
    await replays.delete_replay(replay_id)


@router.post("/{replay_id}/play")
async def play_replay(replay_id: UUID, body: ReplayPlay, replays: ReplaysDep) -> ReplayRead:
    """Let bars come in, so many a second."""
    return ReplayRead.of(await replays.play(replay_id, body.bars_per_second))


@router.post("/{replay_id}/pause")
async def pause_replay(replay_id: UUID, replays: ReplaysDep) -> ReplayRead:
    """Stand still."""
    return ReplayRead.of(await replays.pause(replay_id))


@router.post("/{replay_id}/step")
async def step_replay(replay_id: UUID, body: ReplayStep, replays: ReplaysDep) -> ReplayRead:
    """Go on, or back, by so many bars, and stand still there."""
    return ReplayRead.of(await replays.step(replay_id, body.bars))


@router.post("/{replay_id}/seek")
async def seek_replay(replay_id: UUID, body: ReplaySeek, replays: ReplaysDep) -> ReplayRead:
    """Go to an instant, and stand still there."""
    return ReplayRead.of(await replays.seek(replay_id, body.to))


@router.get("/{replay_id}/bars")
async def read_replay_bars(
    replay_id: UUID,
    replays: ReplaysDep,
    symbol: Annotated[str, Query(max_length=64)],
    interval: Interval,
    start: Annotated[Moment | None, Query(description="Inclusive: RFC 3339 or a date.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MAX_BARS, description="The newest so many.")] = 500,
    adjust: Adjustment = Adjustment.SPLITS,
) -> ReplayBarsRead:
    """Bars of any instrument as they were known at the replay's position; none of its future."""
    return await replays.read_bars(replay_id, symbol, interval, start, limit, adjust)
