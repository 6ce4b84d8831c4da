"""What the room's routes ask for by type."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.auth.dependencies import CurrentUser
from app.core.database import MainSession
from app.core.dependencies import ClockDep
from app.market.domain import Viewer
from app.replay.service import ReplayService


def _replays(user: CurrentUser, session: MainSession, clock: ClockDep) -> ReplayService:
    return ReplayService(session, Viewer(user.id, user.is_admin), user.id, clock)


# The session's scope is the function's, so this one's must not be longer.
ReplaysDep = Annotated[ReplayService, Depends(_replays, scope="function")]
