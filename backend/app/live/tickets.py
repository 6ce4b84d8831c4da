"""Tickets: what opens a live connection without a token in its address. Random, used once, soon over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.clock import Clock
from app.core.security import hash_opaque_token, new_opaque_token

log = structlog.get_logger(__name__)

TICKET_SECONDS = 30
MAX_TICKET_CHARS = 100
_PREFIX = "live-ticket:"
_MAX_KEPT_HERE = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a connection speaks for, and until when."""

    user_id: UUID
    is_admin: bool
    expires_at: datetime


class Tickets:
    """Hands tickets out and takes them back.

    Redis keeps the hash of each. While it is away this process keeps them itself: then a ticket is good at
    the process that made it only, and a client that is refused asks for another or sends its token instead.
    """

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis, self._clock = redis, clock
        self._kept_here: dict[str, tuple[datetime, Caller]] = {}

    async def issue(self, caller: Caller) -> str:
        """A new ticket for who asks."""
        ticket = new_opaque_token()
        key = hash_opaque_token(ticket)
        try:
            await self._redis.set(_PREFIX + key, _write(caller), ex=TICKET_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("ticket_kept_in_memory", reason=type(error).__name__)
            self._keep_here(key, caller)
        return ticket

    async def redeem(self, ticket: str) -> Caller | None:
        """Whom the ticket speaks for; it is void from then on. None when it is unknown, used or too old."""
        if len(ticket) > MAX_TICKET_CHARS:
            return None
        key = hash_opaque_token(ticket)
        kept = self._kept_here.pop(key, None)
        if kept is not None:
            until, caller = kept
            return caller if until > self._clock.now() else None
        try:
            found = await self._redis.getdel(_PREFIX + key)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("ticket_not_read", reason=type(error).__name__)
            return None
        return None if found is None else _read(found)

    def _keep_here(self, key: str, caller: Caller) -> None:
        now = self._clock.now()
        for old in [one for one, (until, _) in self._kept_here.items() if until <= now]:
            del self._kept_here[old]
        while len(self._kept_here) >= _MAX_KEPT_HERE:
            del self._kept_here[next(iter(self._kept_here))]
        self._kept_here[key] = (now + timedelta(seconds=TICKET_SECONDS), caller)


def _write(caller: Caller) -> bytes:
    return orjson.dumps([str(caller.user_id), caller.is_admin, caller.expires_at.timestamp()])


def _read(text: bytes | str) -> Caller:
    user_id, is_admin, expires_at = orjson.loads(text)
    return Caller(UUID(user_id), is_admin, datetime.fromtimestamp(expires_at, UTC))
