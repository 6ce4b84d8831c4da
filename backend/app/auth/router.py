"""Sign-up, sign-in and the own account, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.auth import service
from app.auth.dependencies import (
    REFRESH_COOKIE,
    CurrentUser,
    DeviceDep,
    IdentityDep,
    OptionalUser,
    RefreshCookie,
    WantsCookie,
)
from app.auth.domain import InvalidRefreshToken, SignIn, name_account
from app.auth.schemas import (
    FirstAdminCreate,
    LoginRequest,
    RefreshRequest,
    SignInOptions,
    TokenRead,
    UserCreate,
    UserRead,
    UserUpdate,
)
from app.config import Settings
from app.core.database import MainSession
from app.core.dependencies import ClientAddress, RateLimitsDep, SettingsDep
from app.core.errors import Unauthorized

COOKIE_PATH = "/api/v1/auth"

public_router = APIRouter(prefix="/auth", tags=["auth"])
router = APIRouter(prefix="/users", tags=["users"])


@public_router.get("/options")
async def read_sign_in_options(settings: SettingsDep, identity: IdentityDep) -> SignInOptions:
    """What the sign-in page may offer."""
    return SignInOptions(registration=settings.registration_mode, demo=await identity.has_demo())


@public_router.post("/register", status_code=201)
async def register(
    body: UserCreate,
    settings: SettingsDep,
    limits: RateLimitsDep,
    address: ClientAddress,
    identity: IdentityDep,
) -> UserRead:
    """Make an account. 409 `email_taken`; 403 `invite_required` or `registration_closed`."""
    await limits.hit(settings.rate_limit_registration, "POST /auth/register", address)
    user = await identity.register(email=body.email, password=body.password, display_name=body.display_name)
    return UserRead.model_validate(user)


@public_router.post("/first-admin", status_code=201)
async def create_first_admin(
    body: FirstAdminCreate,
    settings: SettingsDep,
    limits: RateLimitsDep,
    address: ClientAddress,
    identity: IdentityDep,
) -> UserRead:
    """Make the first admin with the one-time token that a start without any admin writes to its log."""
    await limits.hit(settings.rate_limit_registration, "POST /auth/first-admin", address)
    user = await identity.create_first_admin(
        body.token, email=body.email, password=body.password, display_name=body.display_name
    )
    return UserRead.model_validate(user)


@public_router.post("/login")
async def sign_in(
    body: LoginRequest,
    cookie: WantsCookie,
    response: Response,
    settings: SettingsDep,
    limits: RateLimitsDep,
    device: DeviceDep,
    identity: IdentityDep,
) -> TokenRead:
    """Sign in. 401 `invalid_credentials` does not tell whether the address is known."""
    await limits.hit(settings.rate_limit_login_address, "POST /auth/login", device.address)
    # Counted per account *and* address: who guesses elsewhere does not keep the owner out.
    await limits.hit(
        settings.rate_limit_login_account, "POST /auth/login", name_account(body.email), device.address
    )
    return _answer(await identity.sign_in(body.email, body.password, device), cookie, response, settings)


@public_router.post("/demo")
async def sign_in_as_demo(
    cookie: WantsCookie,
    response: Response,
    settings: SettingsDep,
    limits: RateLimitsDep,
    device: DeviceDep,
    identity: IdentityDep,
) -> TokenRead:
    """Sign in as the demo member, without a password. 404 where there is no demo, so always in production."""
    await limits.hit(settings.rate_limit_login_address, "POST /auth/demo", device.address)
    return _answer(await identity.sign_in_demo(device), cookie, response, settings)


@public_router.post("/refresh")
async def refresh(
    cookie_token: RefreshCookie,
    response: Response,
    settings: SettingsDep,
    limits: RateLimitsDep,
    address: ClientAddress,
    identity: IdentityDep,
    body: RefreshRequest | None = None,
) -> TokenRead:
    """The next pair of tokens; the new refresh token comes the way the old one came.

    401 `invalid_refresh_token`; 401 `refresh_token_reused` for one used before, which ends the sign-in.
    """
    await limits.hit(settings.rate_limit_refresh, "POST /auth/refresh", address)
    body_token = body.refresh_token if body else None
    token = body_token or cookie_token
    if not token:
        raise InvalidRefreshToken("Send the refresh token in the body or as the cookie.")
    try:
        renewed = await identity.refresh(token)
    except Unauthorized as error:
        if not body_token:
            error.headers["Set-Cookie"] = _cleared_cookie(settings)
        raise
    return _answer(renewed, not body_token, response, settings)


@public_router.post("/logout", status_code=204)
async def sign_out(
    cookie_token: RefreshCookie,
    user: OptionalUser,
    response: Response,
    settings: SettingsDep,
    identity: IdentityDep,
    body: RefreshRequest | None = None,
) -> None:
    """End the sign-in that the cookie, the body's token or the access token belongs to. Twice is no error."""
    tokens = [token for token in (cookie_token, body.refresh_token if body else None) if token]
    if tokens or user:
        await identity.sign_out(tokens=tokens, family_id=user.family_id if user else None)
    if cookie_token is not None:
        response.headers["Set-Cookie"] = _cleared_cookie(settings)


@router.get("/me")
async def read_me(user: CurrentUser, main: MainSession) -> UserRead:
    """The own account."""
    return UserRead.model_validate(await service.get_user(main, user.id))


@router.patch("/me")
async def update_me(body: UserUpdate, user: CurrentUser, main: MainSession) -> UserRead:
    """Change the own account."""
    return UserRead.model_validate(await service.rename_user(main, user.id, body.display_name))


def _answer(result: SignIn, as_cookie: bool, response: Response, settings: Settings) -> TokenRead:
    if as_cookie:
        response.set_cookie(
            REFRESH_COOKIE,
            result.refresh_token,
            max_age=result.refresh_seconds,
            path=COOKIE_PATH,
            secure=settings.secure_cookies,
            httponly=True,
            samesite="strict",
        )
    return TokenRead(
        access_token=result.access_token,
        expires_in=result.access_seconds,
        refresh_token=None if as_cookie else result.refresh_token,
    )


def _cleared_cookie(settings: Settings) -> str:
    clearing = Response()
    clearing.delete_cookie(
        REFRESH_COOKIE, path=COOKIE_PATH, secure=settings.secure_cookies, httponly=True, samesite="strict"
    )
    return clearing.headers["set-cookie"]
