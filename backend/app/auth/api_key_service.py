"""What can be done with API keys: made once, listed, deleted, and found by what software sends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import api_key_repository as repository
from app.auth.domain import (
    API_KEY_HINT_CHARS,
    API_KEY_PREFIX,
    MAXIMUM_API_KEYS,
    ApiKey,
    ApiKeyNotFound,
    Principal,
    TooManyApiKeys,
)
from app.core.clock import Clock
from app.core.database import Database
from app.core.security import hash_opaque_token, new_opaque_token

# 256 bits in base64 behind the prefix.
_KEY_CHARS = len(API_KEY_PREFIX) + 43


async def create_key(
    credentials: AsyncSession, clock: Clock, user_id: UUID, name: str, expires_in_days: int | None
) -> tuple[ApiKey, str]:
    """A new key that may read, and its text, which is kept nowhere. Raises TooManyApiKeys."""
    await repository.hold_account(credentials, user_id)
    if await repository.count_keys(credentials, user_id) >= MAXIMUM_API_KEYS:
        raise TooManyApiKeys(f"One may have {MAXIMUM_API_KEYS} keys. Delete one that is not used any more.")
    text, now = API_KEY_PREFIX + new_opaque_token(), clock.now()
    key = await repository.insert_key(
        credentials,
        user_id,
        name=name,
        key_hash=hash_opaque_token(text),
        hint=text[:API_KEY_HINT_CHARS],
        scope="read",
        now=now,
        expires_at=None if expires_in_days is None else now + timedelta(days=expires_in_days),
    )
    return key, text


async def list_keys(credentials: AsyncSession, user_id: UUID) -> list[ApiKey]:
    """Somebody's keys, the newest first."""
    return await repository.list_keys(credentials, user_id)


async def delete_key(credentials: AsyncSession, user_id: UUID, key_id: UUID) -> None:
    """End a key at once. Raises ApiKeyNotFound."""
    if not await repository.delete_key(credentials, user_id, key_id):
        raise ApiKeyNotFound


def may_be_key(text: str) -> bool:
    """Whether text looks like a key at all: what does not is asked no database about."""
    return len(text) == _KEY_CHARS and text.startswith(API_KEY_PREFIX)


async def find_holder(credentials: Database, clock: Clock, text: str) -> Principal | None:
    """Whom a key stands for; None when it is unknown, deleted or expired."""
    async with credentials.session() as session:
        return await repository.find_holder(session, hash_opaque_token(text), clock.now())
