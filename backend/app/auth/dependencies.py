"""Who is asking: read from the access token's signed claims, without any query; or found by an API key.

Beside it, what this room's routes need: the service, the browser's cookie, where a request comes from.
"""

from __future__ import annotations

import contextlib
from typing import Annotated

from fastapi import Cookie, Depends, Query, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.auth import api_key_service
from app.auth.domain import ApiKeyReadOnly, Device, ForeignOrigin, Principal, SignInRequired
from app.auth.service import IdentityService
from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases
from app.core.dependencies import ClientAddress, ClockDep, DatabasesDep, SecretsDep, SettingsDep
from app.core.secrets import Secrets
from app.core.security import InvalidToken, read_access_token

REFRESH_COOKIE = "flowrex_refresh"
_MAX_USER_AGENT_CHARS = 300
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

# auto_error is off: its own 403 would be no problem document with a stable code.
_bearer = HTTPBearer(auto_error=False, description="The access token of a sign-in.")
_api_key = APIKeyHeader(name="X-API-Key", auto_error=False, description="An API key: it may read.")
BearerDep = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
ApiKeyDep = Annotated[str | None, Depends(_api_key)]
_READING = frozenset({"GET", "HEAD"})


def read_principal(token: str, secrets: Secrets, clock: Clock) -> Principal:
    """Who an access token speaks for. Raises InvalidToken."""
    claims = read_access_token(secrets.jwt_secret_key, token, now=clock.now())
    return Principal(claims.user_id, claims.role, claims.family_id)


async def require_user(
    request: Request,
    bearer: BearerDep,
    api_key: ApiKeyDep,
    secrets: SecretsDep,
    clock: ClockDep,
) -> Principal:
    """The signed-in one, or the holder of an API key. Raises SignInRequired, InvalidToken, ApiKeyReadOnly."""
    if bearer is not None:
        return read_principal(bearer.credentials, secrets, clock)
    if api_key is None:
        raise SignInRequired(
            "Send an access token (Authorization: Bearer <token>) or an API key (X-API-Key)."
        )
    principal = await _find_key_holder(request, api_key, clock)
    if principal is None:
        raise SignInRequired("The API key is unknown, deleted or expired.")
    if principal.is_read_only and request.method not in _READING:
        raise ApiKeyReadOnly("This key may read. Sign in to change something.")
    return principal


async def find_principal(bearer: BearerDep, secrets: SecretsDep, clock: ClockDep) -> Principal | None:
    """The signed-in one, or None when there is no token or it does not hold."""
    if bearer is None:
        return None
    try:
        return read_principal(bearer.credentials, secrets, clock)
    except InvalidToken:
        return None


async def _find_key_holder(request: Request, key: str, clock: Clock) -> Principal | None:
    """Whom an API key speaks for. What does not look like one is asked no database about, which is why the
    databases are taken from the process here and not asked for by type.
    """
    if not api_key_service.may_be_key(key):
        return None
    databases: Databases = request.app.state.databases
    return await api_key_service.find_holder(databases.credentials, clock, key)


async def require_key_holder(
    request: Request,
    secrets: SecretsDep,
    clock: ClockDep,
    bearer: BearerDep,
    apikey: Annotated[str | None, Query(max_length=4096, description="A key or an access token.")] = None,
) -> Principal:
    """The holder of a key, for addresses that other software calls: `apikey` in the query or as the scheme of
    Authorization, X-API-Key, or a bearer token. Raises SignInRequired.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    in_header = given.strip() if scheme.lower() == "apikey" else ""
    in_bearer = bearer.credentials if bearer is not None else ""
    key = apikey or in_header or in_bearer or request.headers.get("x-api-key", "")
    principal = await _find_key_holder(request, key, clock) if key else None
    if principal is None and key:
        with contextlib.suppress(InvalidToken):
            principal = read_principal(key, secrets, clock)
    if principal is None:
        raise SignInRequired("**apikey** parameter is incorrect or not specified: send a key of Flowrex.")
    return principal


KeyHolder = Annotated[Principal, Depends(require_key_holder)]
CurrentUser = Annotated[Principal, Depends(require_user)]
OptionalUser = Annotated[Principal | None, Depends(find_principal)]


def _identity_service(
    databases: DatabasesDep, settings: SettingsDep, secrets: SecretsDep, clock: ClockDep
) -> IdentityService:
    return IdentityService(databases, settings, secrets, clock)


def _device(request: Request, address: ClientAddress) -> Device:
    user_agent = request.headers.get("user-agent", "").replace("\x00", "")
    return Device(user_agent[:_MAX_USER_AGENT_CHARS], address)


def _refuse_foreign_origin(request: Request, settings: Settings) -> None:
    """Let a browser's cookie be set and used by this installation's own pages only. Raises ForeignOrigin.

    SameSite=Strict alone is not enough: other ports of this machine are the same site. A request without an
    Origin comes from no page, as browsers send one with every POST.
    """
    origin = request.headers.get("origin")
    if origin is None or origin in settings.cors_origins:
        return
    # What the browser itself compared and no page can set: it holds behind a proxy that rewrites Host, too.
    if request.headers.get("sec-fetch-site") == "same-origin":
        return
    scheme, _, authority = origin.lower().partition("://")
    port, host = _DEFAULT_PORTS.get(scheme), request.headers.get("host", "").lower()
    if port is None or authority.removesuffix(port) != host.removesuffix(port):
        raise ForeignOrigin("The refresh cookie is for this installation's own pages.")


def _wants_cookie(
    request: Request,
    settings: SettingsDep,
    cookie: Annotated[bool, Query(description="Put the refresh token in an httpOnly cookie.")] = False,
) -> bool:
    if cookie:
        _refuse_foreign_origin(request, settings)
    return cookie


def _refresh_cookie(
    request: Request,
    settings: SettingsDep,
    token: Annotated[str | None, Cookie(alias=REFRESH_COOKIE, include_in_schema=False)] = None,
) -> str | None:
    if token is not None:
        _refuse_foreign_origin(request, settings)
    return token


IdentityDep = Annotated[IdentityService, Depends(_identity_service)]
DeviceDep = Annotated[Device, Depends(_device)]
# Both refuse a foreign page, before anything else happens.
WantsCookie = Annotated[bool, Depends(_wants_cookie)]
RefreshCookie = Annotated[str | None, Depends(_refresh_cookie)]
