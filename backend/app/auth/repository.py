"""Every query of identity. Each function says by its session's name which database it speaks to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.domain import Credential, Device, RefreshState, RevocationReason, Role, User
from app.auth.tables import CredentialRow, FirstAdminCodeRow, RefreshFamilyRow, RefreshTokenRow, UserRow

# Any number does, as long as nothing else in the credentials database takes the same one.
_ADMINS_LOCK = text("SELECT pg_advisory_xact_lock(7210001)")


def _user(row: UserRow) -> User:
    return User(row.id, row.email, row.display_name, row.role, row.created_at)


def _credential(row: CredentialRow) -> Credential:
    return Credential(row.user_id, row.email, row.password_hash, row.display_name, row.role, row.created_at)


async def find_user(main: AsyncSession, user_id: UUID) -> User | None:
    """The account, or None."""
    row = (await main.execute(select(UserRow).where(UserRow.id == user_id))).scalar_one_or_none()
    return _user(row) if row else None


async def insert_user_if_missing(main: AsyncSession, user: User) -> None:
    """The registration's second step: does nothing the second time."""
    values = {
        "id": user.id,
        "email": user.email,
        "display_name": user.display_name,
        "role": user.role,
        "created_at": user.created_at,
    }
    await main.execute(insert(UserRow).values(**values).on_conflict_do_nothing(index_elements=["id"]))


async def rename_user(main: AsyncSession, user_id: UUID, display_name: str) -> User | None:
    """Set the display name. Returns the account, or None when there is none."""
    query = update(UserRow).where(UserRow.id == user_id).values(display_name=display_name).returning(UserRow)
    row = (await main.execute(query)).scalar_one_or_none()
    return _user(row) if row else None


async def find_credential(credentials: AsyncSession, email: str) -> Credential | None:
    """The credential of a normalized address, or None."""
    query = select(CredentialRow).where(CredentialRow.email == email)
    row = (await credentials.execute(query)).scalar_one_or_none()
    return _credential(row) if row else None


async def insert_credential(
    credentials: AsyncSession, *, email: str, password_hash: str, display_name: str, role: Role
) -> Credential | None:
    """A new credential, or None when the address has one."""
    query = (
        insert(CredentialRow)
        .values(email=email, password_hash=password_hash, display_name=display_name, role=role)
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(CredentialRow)
    )
    row = (await credentials.execute(query)).scalar_one_or_none()
    return _credential(row) if row else None


async def replace_password_hash(
    credentials: AsyncSession, user_id: UUID, *, old_hash: str, new_hash: str
) -> None:
    """Store a better hash, unless the password was changed meanwhile."""
    query = (
        update(CredentialRow)
        .where(CredentialRow.user_id == user_id, CredentialRow.password_hash == old_hash)
        .values(password_hash=new_hash)
    )
    await credentials.execute(query)


async def insert_family(credentials: AsyncSession, user_id: UUID, device: Device, now: datetime) -> UUID:
    """A new token family. Returns its id."""
    query = (
        insert(RefreshFamilyRow)
        .values(user_id=user_id, created_at=now, user_agent=device.user_agent, address=device.address)
        .returning(RefreshFamilyRow.id)
    )
    return (await credentials.execute(query)).scalar_one()


async def insert_refresh_token(
    credentials: AsyncSession, family_id: UUID, token_hash: str, *, issued_at: datetime, expires_at: datetime
) -> None:
    """A new token of a family."""
    values = {
        "token_hash": token_hash,
        "family_id": family_id,
        "issued_at": issued_at,
        "expires_at": expires_at,
    }
    await credentials.execute(insert(RefreshTokenRow).values(**values))


async def find_refresh_state(credentials: AsyncSession, token_hash: str) -> RefreshState | None:
    """What is known of a token, with its family and account; None when it was never handed out."""
    query = (
        select(RefreshTokenRow, RefreshFamilyRow.revoked_at, CredentialRow)
        .join(RefreshFamilyRow, RefreshFamilyRow.id == RefreshTokenRow.family_id)
        .join(CredentialRow, CredentialRow.user_id == RefreshFamilyRow.user_id)
        .where(RefreshTokenRow.token_hash == token_hash)
    )
    found = (await credentials.execute(query)).one_or_none()
    if found is None:
        return None
    token, revoked_at, credential = found
    return RefreshState(
        token.family_id,
        token.expires_at,
        token.consumed_at is not None,
        revoked_at is not None,
        _credential(credential),
    )


async def consume_refresh_token(credentials: AsyncSession, token_hash: str, now: datetime) -> UUID | None:
    """Use a token up, in one statement: of any number of requests with it, one gets the family's id.

    None when it is unknown, expired, used, or its family revoked.
    """
    query = (
        update(RefreshTokenRow)
        .where(
            RefreshTokenRow.token_hash == token_hash,
            RefreshTokenRow.consumed_at.is_(None),
            RefreshTokenRow.expires_at > now,
            RefreshFamilyRow.id == RefreshTokenRow.family_id,
            RefreshFamilyRow.revoked_at.is_(None),
        )
        .values(consumed_at=now)
        .returning(RefreshTokenRow.family_id)
    )
    return (await credentials.execute(query)).scalar_one_or_none()


async def revoke_family(
    credentials: AsyncSession, family_id: UUID, now: datetime, reason: RevocationReason
) -> None:
    """End a family. The first reason stays."""
    query = (
        update(RefreshFamilyRow)
        .where(RefreshFamilyRow.id == family_id, RefreshFamilyRow.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )
    await credentials.execute(query)


async def find_family_of_token(credentials: AsyncSession, token_hash: str) -> UUID | None:
    """The family that a token belongs to, used up or not; None when it was never handed out."""
    query = select(RefreshTokenRow.family_id).where(RefreshTokenRow.token_hash == token_hash)
    return (await credentials.execute(query)).scalar_one_or_none()


async def delete_dead_families(credentials: AsyncSession, now: datetime) -> None:
    """Forget families of which no token can be used any more, with all their tokens."""
    living = exists().where(
        RefreshTokenRow.family_id == RefreshFamilyRow.id, RefreshTokenRow.expires_at > now
    )
    await credentials.execute(delete(RefreshFamilyRow).where(~living))


async def lock_admins(credentials: AsyncSession) -> None:
    """Let one transaction at a time decide whether there is an admin; held until it ends."""
    await credentials.execute(_ADMINS_LOCK)


async def has_admin(credentials: AsyncSession) -> bool:
    """Whether any account is an admin's."""
    query = select(exists().where(CredentialRow.role == Role.ADMIN))
    return bool((await credentials.execute(query)).scalar_one())


async def insert_first_admin_code(credentials: AsyncSession, code_hash: str, expires_at: datetime) -> None:
    """Keep a one-time code by its hash."""
    await credentials.execute(insert(FirstAdminCodeRow).values(code_hash=code_hash, expires_at=expires_at))


async def has_first_admin_code(credentials: AsyncSession, code_hash: str, now: datetime) -> bool:
    """Whether the code was handed out and has not expired."""
    query = select(func.count()).where(
        FirstAdminCodeRow.code_hash == code_hash, FirstAdminCodeRow.expires_at > now
    )
    return (await credentials.execute(query)).scalar_one() > 0


async def delete_first_admin_codes(credentials: AsyncSession, *, expired_at: datetime | None = None) -> None:
    """Forget all codes, or those that had expired by `expired_at`."""
    query = delete(FirstAdminCodeRow)
    if expired_at is not None:
        query = query.where(FirstAdminCodeRow.expires_at <= expired_at)
    await credentials.execute(query)
