"""The API process: `create_app()` wires it, the lifespan opens and closes what it stands on."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import __version__
from app.adapters.light_providers import list_provider_problems, make_light_providers
from app.api.v1.router import router as api_v1
from app.auth import service as auth
from app.compat.router import router as compat
from app.config import Settings, get_settings
from app.core.clock import Clock, SystemClock
from app.core.database import SERVER_SETTINGS, Databases
from app.core.logging import configure_logging
from app.core.metrics import router as metrics
from app.core.middleware import BodyLimit, EmptyQueryValues, RequestContext
from app.core.notifications import Notifications
from app.core.openapi import PROBLEMS, DocumentedApi
from app.core.problems import install_problem_handlers
from app.core.rate_limit import RateLimits
from app.core.redis import make_redis
from app.core.secrets import load_secrets
from app.live.hub import Hub
from app.live.hub_wire import OutermostSend
from app.live.tickets import Tickets

log = structlog.get_logger(__name__)

HOT_READS_POOL_SIZE = 5
# A multipart body is its file and a little more: boundaries and the form's other fields.
_MULTIPART_OVERHEAD_BYTES = 64 * 1024
# Anybody may send these: an address, a password and a name are short.
_MAX_IDENTITY_BODY_BYTES = 16 * 1024

_Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """The application. Nothing connects before its lifespan starts."""
    settings = settings or get_settings()
    configure_logging(settings.log_level)
    app = DocumentedApi(
        title="Flowrex API",
        summary="Is this trading idea any good, and can I believe the answer?",
        version=__version__,
        lifespan=_make_lifespan(settings, clock or SystemClock()),
        docs_url=None if settings.is_production else "/docs",
        openapi_url=None if settings.is_production else "/openapi.json",
        redoc_url=None,
        redirect_slashes=False,  # the redirect's address would be built from whatever Host the client sent
    )
    install_problem_handlers(app)
    app.include_router(api_v1)
    app.include_router(metrics)
    app.include_router(compat, responses=PROBLEMS)

    @app.get("/", include_in_schema=False)
    async def read_root() -> dict[str, str]:
        return {"message": "Flowrex API", "docs": "/docs"}

    @app.get("/health", include_in_schema=False)
    async def read_short_health() -> dict[str, str]:
        return {"status": "healthy", "version": __version__}

    app.add_middleware(
        BodyLimit,
        limit_bytes=settings.max_body_bytes,
        limits_by_path={
            "/api/v1/imports": settings.max_upload_bytes + _MULTIPART_OVERHEAD_BYTES,
            "/api/v1/auth/": _MAX_IDENTITY_BODY_BYTES,
        },
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After", "Content-Disposition"],
    )
    app.add_middleware(EmptyQueryValues)
    app.add_middleware(RequestContext)
    app.add_middleware(OutermostSend)
    return app


def _make_lifespan(settings: Settings, clock: Clock) -> _Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        state: Any = app.state
        state.settings, state.clock = settings, clock
        state.databases = Databases.from_settings(settings, application_name="flowrex-backend")
        state.redis = make_redis(settings.redis_url)
        state.rate_limits = RateLimits(settings.redis_url, multiplier=settings.limit_multiplier)
        state.notifications = Notifications(settings.database_dsn)
        state.live_tickets = Tickets(state.redis, clock)
        state.live_hub = Hub(
            state.redis,
            clock,
            connections=settings.live_connections,
            connections_per_user=settings.live_connections_per_user,
        )
        state.providers = make_light_providers(settings, clock)
        state.provider_problems = list_provider_problems(settings)
        try:
            await state.databases.wait_until_ready(settings.database_wait_seconds)
            state.secrets = await load_secrets(settings, state.databases.credentials)
            await auth.on_start(state.databases, settings, clock)
            async with asyncpg.create_pool(
                settings.database_dsn,
                min_size=0,
                max_size=HOT_READS_POOL_SIZE,
                timeout=5,
                command_timeout=15,
                server_settings={**SERVER_SETTINGS, "application_name": "flowrex-backend-reads"},
            ) as state.hot_reads:
                state.notifications.start()
                state.live_hub.start()
                _calm_garbage_collector()
                log.info("ready", version=__version__, environment=settings.app_env)
                yield
        finally:
            await state.live_hub.stop()
            await state.notifications.stop()
            await state.rate_limits.aclose()
            for provider in state.providers.values():
                await provider.aclose()
            await state.redis.aclose()
            await state.databases.dispose()
            log.info("stopped")

    return lifespan


def _calm_garbage_collector() -> None:
    """Move what start-up made out of the collector's sight, and let it run less often.

    Full collections were the whole 100 ms tail of answers with many rows.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
