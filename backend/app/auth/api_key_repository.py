"""Every query on API keys, all on the credentials database."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.domain import LAST_USE_SECONDS, ApiKey, Principal
from app.auth.tables import ApiKeyRow, CredentialRow


async def insert_key(
    credentials: AsyncSession,
    user_id: UUID,
    *,
    name: str,
    key_hash: str,
    hint: str,
    scope: str,
    now: datetime,
    expires_at: datetime | None,
) -> ApiKey:
    """Write a key."""
    fresh = insert(ApiKeyRow).values(
        user_id=user_id,
        name=name,
        key_hash=key_hash,
        hint=hint,
        scope=scope,
        created_at=now,
        expires_at=expires_at,
    )
    return _read((await credentials.scalars(fresh.returning(ApiKeyRow))).one())


async def list_keys(credentials: AsyncSession, user_id: UUID) -> list[ApiKey]:
    """Somebody's keys, the newest first."""
    query = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id).order_by(ApiKeyRow.id.desc())
    return [_read(row) for row in await credentials.scalars(query)]


async def hold_account(credentials: AsyncSession, user_id: UUID) -> None:
    """Until the transaction ends, let nobody else add keys to an account."""
    await credentials.execute(
        select(CredentialRow.user_id).where(CredentialRow.user_id == user_id).with_for_update()
    )


async def count_keys(credentials: AsyncSession, user_id: UUID) -> int:
    """How many keys somebody has."""
    query = select(func.count()).where(ApiKeyRow.user_id == user_id)
    count: int = (await credentials.execute(query)).scalar_one()
    return count


async def delete_key(credentials: AsyncSession, user_id: UUID, key_id: UUID) -> bool:
    """Remove a key. False when there is none."""
    gone = delete(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.user_id == user_id)
    return (await credentials.scalars(gone.returning(ApiKeyRow.id))).one_or_none() is not None


async def find_holder(credentials: AsyncSession, key_hash: str, now: datetime) -> Principal | None:
    """Whom a key that has not expired stands for; its last use is noted."""
    query = (
        select(ApiKeyRow.id, ApiKeyRow.user_id, ApiKeyRow.last_used_at, CredentialRow.role)
        .join(CredentialRow, CredentialRow.user_id == ApiKeyRow.user_id)
        .where(
            ApiKeyRow.key_hash == key_hash, or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now)
        )
    )
    found = (await credentials.execute(query)).one_or_none()
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at >= timedelta(seconds=LAST_USE_SECONDS):
        used = update(ApiKeyRow).where(ApiKeyRow.id == found.id).values(last_used_at=now)
        await credentials.execute(used)
    return Principal(found.user_id, found.role, None, is_read_only=True)


def _read(row: ApiKeyRow) -> ApiKey:
    return ApiKey(row.id, row.name, row.hint, row.scope, row.created_at, row.expires_at, row.last_used_at)
