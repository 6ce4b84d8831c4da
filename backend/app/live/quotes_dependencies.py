"""What the routes of quotes ask for by type."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis

from app.auth.dependencies import CurrentUser
from app.market.domain import Viewer


def _viewer(user: CurrentUser) -> Viewer:
    return Viewer(user.id, user.is_admin)


def _redis(request: Request) -> Redis:
    redis: Redis = request.app.state.redis
    return redis


QuoteViewer = Annotated[Viewer, Depends(_viewer)]
RedisDep = Annotated[Redis, Depends(_redis)]
