"""The installation's signing keys: from the settings, or made once and kept in the credentials database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.config import Settings
from app.core.database import CredentialsBase, Database


class InstallationSecretRow(CredentialsBase):
    """A secret that nobody set, made at the first start."""

    __tablename__ = "installation_secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Keys of this installation. Never printed: the dataclass has no repr."""

    app_secret_key: str
    jwt_secret_key: str


async def load_secrets(settings: Settings, credentials: Database) -> Secrets:
    """The settings' secrets; outside production a missing one is made once, whichever process comes first."""
    return Secrets(
        await _load(credentials, "app_secret_key", settings.app_secret_key),
        await _load(credentials, "jwt_secret_key", settings.jwt_secret_key),
    )


async def _load(credentials: Database, name: str, given: SecretStr | None) -> str:
    if given is not None:
        return given.get_secret_value()
    async with credentials.session() as session:
        fresh = insert(InstallationSecretRow).values(name=name, value=secrets.token_urlsafe(48))
        await session.execute(fresh.on_conflict_do_nothing())
        query = select(InstallationSecretRow.value).where(InstallationSecretRow.name == name)
        return (await session.execute(query)).scalar_one()
