"""The own API keys over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.auth import api_key_service as service
from app.auth.dependencies import CurrentUser
from app.auth.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from app.core.database import CredentialsSession
from app.core.dependencies import ClockDep
from app.core.pagination import Page

router = APIRouter(prefix="/users/me/api-keys", tags=["users"])


@router.get("")
async def list_api_keys(user: CurrentUser, credentials: CredentialsSession) -> Page[ApiKeyRead]:
    """One's API keys, the newest first; fifty at most."""
    keys = await service.list_keys(credentials, user.id)
    return Page(items=[ApiKeyRead.model_validate(key) for key in keys])


@router.post("", status_code=201)
async def create_api_key(
    body: ApiKeyCreate, user: CurrentUser, credentials: CredentialsSession, clock: ClockDep
) -> ApiKeyCreated:
    """Make a key that may read, for software: in `X-API-Key`, or in `apikey` under /compat. Its text is shown
    this once.
    """
    key, text = await service.create_key(credentials, clock, user.id, body.name, body.expires_in_days)
    return ApiKeyCreated(**ApiKeyRead.model_validate(key).model_dump(), key=text)


@router.delete("/{key_id}", status_code=204)
async def delete_api_key(key_id: UUID, user: CurrentUser, credentials: CredentialsSession) -> None:
    """End a key at once."""
    await service.delete_key(credentials, user.id, key_id)
