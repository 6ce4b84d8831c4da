"""What a worker does beside the queue: services that run as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis

from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases


def start_services(
    settings: Settings, databases: Databases, clock: Clock, redis: Redis
) -> Sequence[asyncio.Task[None]]:
    """Start every service. One that ends or raises ends the worker: raise only when the database is away."""
    return []
