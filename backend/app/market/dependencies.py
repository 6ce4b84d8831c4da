"""What the room's routes ask for by type."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.dependencies import CurrentUser
from app.core.dependencies import ClockDep, HotReads
from app.market.bar_answers import AnswerCache, BarAnswers
from app.market.domain import Viewer


def _viewer(user: CurrentUser) -> Viewer:
    return Viewer(user.id, user.is_admin)


def _answer_cache(request: Request) -> AnswerCache:
    """The process's cache of encoded bars, made at its first use."""
    state: Any = request.app.state
    if not hasattr(state, "bar_answer_cache"):
        state.bar_answer_cache = AnswerCache()
    cache: AnswerCache = state.bar_answer_cache
    return cache


def _bar_answers(
    pool: HotReads, clock: ClockDep, cache: Annotated[AnswerCache, Depends(_answer_cache)]
) -> BarAnswers:
    return BarAnswers(pool, cache, clock)


ViewerDep = Annotated[Viewer, Depends(_viewer)]
BarAnswersDep = Annotated[BarAnswers, Depends(_bar_answers)]
