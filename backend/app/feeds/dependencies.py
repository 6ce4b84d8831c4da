"""What the room's routes ask for by type."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.dependencies import CurrentUser
from app.core.dependencies import ClockDep, DatabasesDep
from app.feeds.provider_desk import ProviderDesk
from app.market.domain import Viewer


def _viewer(user: CurrentUser) -> Viewer:
    return Viewer(user.id, user.is_admin)


def _desk(request: Request, databases: DatabasesDep, clock: ClockDep) -> ProviderDesk:
    state: Any = request.app.state
    return ProviderDesk(state.providers, state.provider_problems, databases.main, clock)


FeedsViewerDep = Annotated[Viewer, Depends(_viewer)]
ProviderDeskDep = Annotated[ProviderDesk, Depends(_desk)]
