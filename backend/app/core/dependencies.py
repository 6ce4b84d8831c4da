"""Parts of the process that routes ask for by type."""

from __future__ import annotations

from typing import Annotated

import asyncpg
from fastapi import Depends, Request

from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases
from app.core.notifications import Notifications
from app.core.rate_limit import RateLimits
from app.core.secrets import Secrets


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


def _databases(request: Request) -> Databases:
    databases: Databases = request.app.state.databases
    return databases


def _secrets(request: Request) -> Secrets:
    secrets: Secrets = request.app.state.secrets
    return secrets


def _notifications(request: Request) -> Notifications:
    notifications: Notifications = request.app.state.notifications
    return notifications


def _rate_limits(request: Request) -> RateLimits:
    limits: RateLimits = request.app.state.rate_limits
    return limits


def _hot_reads(request: Request) -> asyncpg.Pool:
    pool: asyncpg.Pool = request.app.state.hot_reads
    return pool


def _client_address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


SettingsDep = Annotated[Settings, Depends(_settings)]
ClockDep = Annotated[Clock, Depends(_clock)]
DatabasesDep = Annotated[Databases, Depends(_databases)]
SecretsDep = Annotated[Secrets, Depends(_secrets)]
NotificationsDep = Annotated[Notifications, Depends(_notifications)]
RateLimitsDep = Annotated[RateLimits, Depends(_rate_limits)]
# asyncpg's own pool on the main database, for reads that must not pay for the ORM.
HotReads = Annotated[asyncpg.Pool, Depends(_hot_reads)]
ClientAddress = Annotated[str, Depends(_client_address)]
