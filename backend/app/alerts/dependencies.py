"""What this room's routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.auth.dependencies import CurrentUser
from app.market.domain import Viewer


def _viewer(user: CurrentUser) -> Viewer:
    return Viewer(user.id, user.is_admin)


ViewerDep = Annotated[Viewer, Depends(_viewer)]
