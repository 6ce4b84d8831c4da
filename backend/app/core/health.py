"""Health: what the installation can do right now, without addresses or credentials in the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from redis.asyncio import Redis

from app import __version__
from app.core.database import Databases
from app.core.dependencies import DatabasesDep
from app.core.errors import ServiceUnavailable
from app.core.redis import ping_redis

log = structlog.get_logger(__name__)

CHECK_TIMEOUT_SECONDS = 2.0
SERVICE = "flowrex-backend"


class Check(BaseModel):
    """One part that the installation stands on."""

    status: Literal["healthy", "unhealthy"]
    latency_ms: float | None = None


class Checks(BaseModel):
    """The parts by name."""

    database: Check
    credentials_database: Check
    redis: Check


class Health(BaseModel):
    """`degraded`: what matters works, something is slower. `unhealthy`: a database is away."""

    status: Literal["healthy", "degraded", "unhealthy"]
    service: str = SERVICE
    version: str = __version__
    checks: Checks


class Readiness(BaseModel):
    """Whether requests can be served."""

    status: Literal["ready"] = "ready"


class Liveness(BaseModel):
    """Whether the process runs."""

    status: Literal["alive"] = "alive"


def _redis(request: Request) -> Redis:
    client: Redis = request.app.state.redis
    return client


RedisDep = Annotated[Redis, Depends(_redis)]
router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
async def read_health(databases: DatabasesDep, redis: RedisDep) -> Health:
    """Each part's state, asked for at once."""
    checks = await _check_all(databases, redis)
    if "unhealthy" in (checks.database.status, checks.credentials_database.status):
        return Health(status="unhealthy", checks=checks)
    return Health(status="healthy" if checks.redis.status == "healthy" else "degraded", checks=checks)


@router.get("/ready")
async def read_readiness(databases: DatabasesDep) -> Readiness:
    """Ready when both databases answer; a missing Redis only makes things slower."""
    main, credentials = await asyncio.gather(
        _check("database", databases.main.ping()),
        _check("credentials_database", databases.credentials.ping()),
    )
    if "unhealthy" in (main.status, credentials.status):
        raise ServiceUnavailable("A database does not answer.")
    return Readiness()


@router.get("/live")
async def read_liveness() -> Liveness:
    """Touches nothing: the process answers."""
    return Liveness()


async def _check_all(databases: Databases, redis: Redis) -> Checks:
    main, credentials, cache = await asyncio.gather(
        _check("database", databases.main.ping()),
        _check("credentials_database", databases.credentials.ping()),
        _check("redis", ping_redis(redis)),
    )
    return Checks(database=main, credentials_database=credentials, redis=cache)


async def _check(name: str, ping: Awaitable[float]) -> Check:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            return Check(status="healthy", latency_ms=round(await ping, 2))
    except Exception as error:  # whatever a driver raises, the answer is the same: this part is away
        log.warning("health_check_failed", part=name, reason=type(error).__name__)
        return Check(status="unhealthy")
