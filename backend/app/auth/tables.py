"""Tables of identity, in two databases that never commit together and share no foreign key.

The credentials database proves who somebody is. It also keeps the profile as it was registered, so that a
process killed between the two commits loses nothing: the next sign-in writes the user again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import CredentialsBase, MainBase, created_at, uuid_pk

_ROLES = "role IN ('member', 'admin')"


class UserRow(MainBase):
    """An account. Its id was made in the credentials database."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(_ROLES, name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = created_at()


class CredentialRow(CredentialsBase):
    """An address, the hash of its password, and the profile that the registration's second step writes."""

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint(_ROLES, name="role"),
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        Index("ix_credentials_admins", "user_id", postgresql_where=text("role = 'admin'")),
    )

    user_id: Mapped[UUID] = uuid_pk()
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = created_at()


class RefreshFamilyRow(CredentialsBase):
    """One sign-in on one device, and the refresh tokens that followed from it."""

    __tablename__ = "refresh_families"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_a_reason"),
    )

    id: Mapped[UUID] = uuid_pk()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.user_id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    user_agent: Mapped[str]
    address: Mapped[str]


class RefreshTokenRow(CredentialsBase):
    """A refresh token, by its hash alone. Used once: what comes a second time was stolen from somebody."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("refresh_families.id", ondelete="CASCADE"), index=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]


class ApiKeyRow(CredentialsBase):
    """A key for software, by its hash alone. It ends with the account."""

    __tablename__ = "api_keys"
    __table_args__ = (CheckConstraint("scope IN ('read')", name="scope"),)

    id: Mapped[UUID] = uuid_pk()
    user_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.user_id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    scope: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class FirstAdminCodeRow(CredentialsBase):
    """A one-time code that a start without any admin wrote to the log, by its hash alone."""

    __tablename__ = "first_admin_codes"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
