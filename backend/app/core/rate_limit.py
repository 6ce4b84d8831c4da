"""Rate limits, counted in Redis so that all processes share them, in memory while Redis is away.

`limits` is known to this file alone.
"""

from __future__ import annotations

import time

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter
from limits.storage import storage_from_string
from redis.exceptions import RedisError

from app.core.errors import TooManyRequests
from app.core.redis import make_redis_pool

log = structlog.get_logger(__name__)

REDIS_TIMEOUT_SECONDS = 0.1
AVOID_REDIS_SECONDS = 10.0
MAX_CONNECTIONS = 50


class RateLimits:
    """Counts hits against published limits such as "10/minute"."""

    def __init__(self, redis_url: str, *, multiplier: int = 1) -> None:
        # A pool of our own, because the library never closes the one it makes.
        self._pool = make_redis_pool(
            redis_url, timeout_seconds=REDIS_TIMEOUT_SECONDS, max_connections=MAX_CONNECTIONS
        )
        self._redis_url = redis_url
        self._multiplier = multiplier
        self._shared: RateLimiter | None = None
        self._local: RateLimiter = MovingWindowRateLimiter(MemoryStorage())
        self._avoid_redis_until = 0.0

    async def hit(self, limit: str, *identifiers: str) -> None:
        """Count one hit. Raises TooManyRequests with the seconds to wait."""
        item = self._scaled(limit)
        if time.monotonic() >= self._avoid_redis_until:
            try:
                await self._hit(self._shared_limiter(), item, identifiers)
                return
            except (RedisError, OSError, TimeoutError) as error:
                # One slow try, then memory for a while: a hanging Redis must not slow every sign-in.
                self._avoid_redis_until = time.monotonic() + AVOID_REDIS_SECONDS
                log.warning("rate_limits_fall_back_to_memory", reason=type(error).__name__)
        await self._hit(self._local, item, identifiers)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._pool.disconnect()

    async def _hit(self, limiter: RateLimiter, item: RateLimitItem, identifiers: tuple[str, ...]) -> None:
        if await limiter.hit(item, *identifiers):
            return
        window = await limiter.get_window_stats(item, *identifiers)
        wait = max(1, int(window.reset_time - time.time()) + 1)
        raise TooManyRequests(f"Too many tries. Try again in {wait} s.", retry_after_seconds=wait)

    def _shared_limiter(self) -> RateLimiter:
        if self._shared is None:
            storage = storage_from_string(
                f"async+{self._redis_url}",
                implementation="redispy",
                connection_pool=self._pool,  # type: ignore[arg-type]  # it is taken; the annotation forgot it
            )
            if not isinstance(storage, Storage):
                raise TypeError("limits gave a storage that is not asynchronous")
            self._shared = MovingWindowRateLimiter(storage)
        return self._shared

    def _scaled(self, limit: str) -> RateLimitItem:
        item = parse(limit)
        return type(item)(item.amount * self._multiplier, item.multiples)
