"""Who is asking: read from the access token's signed claims, without any query."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.auth.domain import AdminRequired, Principal, SignInRequired
from app.core.clock import Clock
from app.core.dependencies import ClockDep, SecretsDep
from app.core.secrets import Secrets
from app.core.security import InvalidToken, read_access_token

# auto_error is off: its own 403 would be no problem document with a stable code.
_bearer = HTTPBearer(auto_error=False, description="The access token of a sign-in.")
BearerDep = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def read_principal(token: str, secrets: Secrets, clock: Clock) -> Principal:
    """Who an access token speaks for. Raises InvalidToken."""
    claims = read_access_token(secrets.jwt_secret_key, token, now=clock.now())
    return Principal(claims.user_id, claims.role, claims.family_id)


async def require_user(bearer: BearerDep, secrets: SecretsDep, clock: ClockDep) -> Principal:
    """The signed-in one. Raises SignInRequired or InvalidToken."""
    if bearer is None:
        raise SignInRequired("Send an access token: Authorization: Bearer <token>.")
    return read_principal(bearer.credentials, secrets, clock)


async def find_principal(bearer: BearerDep, secrets: SecretsDep, clock: ClockDep) -> Principal | None:
    """The signed-in one, or None when there is no token or it does not hold."""
    if bearer is None:
        return None
    try:
        return read_principal(bearer.credentials, secrets, clock)
    except InvalidToken:
        return None


CurrentUser = Annotated[Principal, Depends(require_user)]
OptionalUser = Annotated[Principal | None, Depends(find_principal)]


async def require_admin(user: CurrentUser) -> Principal:
    """The signed-in one, who is an admin. Raises AdminRequired."""
    if not user.is_admin:
        raise AdminRequired
    return user


AdminUser = Annotated[Principal, Depends(require_admin)]
