"""Accounts and sign-in.

The two databases never commit together, and passwords are hashed for tens of milliseconds: so each step here
opens the transaction it needs, and holds no connection while it computes or waits for the other database.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import repository
from app.auth.domain import (
    DEMO_DISPLAY_NAME,
    DEMO_EMAIL,
    Credential,
    DemoAccount,
    DemoNotAvailable,
    Device,
    EmailTaken,
    InvalidCredentials,
    InvalidFirstAdminCode,
    InvalidRefreshToken,
    InviteRequired,
    RefreshState,
    RefreshTokenReused,
    RegistrationClosed,
    RevocationReason,
    Role,
    SignIn,
    User,
    UserNotFound,
    check_password,
    clean_display_name,
    normalize_email,
    normalize_password,
)
from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases
from app.core.secrets import Secrets
from app.core.security import (
    create_access_token,
    hash_opaque_token,
    hash_password,
    new_opaque_token,
    verify_no_password,
    verify_password,
)

log = structlog.get_logger(__name__)

FIRST_ADMIN_CODE_LIFETIME = timedelta(hours=24)
_CODE_REFUSED = "It is unknown, too old, or was used. A start without any admin writes a new one to the log."


class IdentityService:
    """What routes do with accounts and sign-ins."""

    def __init__(self, databases: Databases, settings: Settings, secrets: Secrets, clock: Clock) -> None:
        self._databases = databases
        self._settings = settings
        self._secrets = secrets
        self._clock = clock

    async def register(self, *, email: str, password: str, display_name: str) -> User:
        """A new member. Raises InviteRequired, RegistrationClosed, EmailTaken; ValueError for bad fields."""
        if self._settings.registration_mode == "invite":
            raise InviteRequired("Registration here is by invitation: ask an admin.")
        if self._settings.registration_mode == "closed":
            raise RegistrationClosed("Nobody can register here: an admin makes accounts.")
        if normalize_email(email) == DEMO_EMAIL:
            raise EmailTaken
        return await create_user(self._databases, email, password, display_name)

    async def sign_in(self, email: str, password: str, device: Device) -> SignIn:
        """Raises InvalidCredentials; it takes as long for an unknown address as for a wrong password."""
        password = normalize_password(password)
        credential = await self._find_usable_credential(email)
        if credential is None:
            await verify_no_password(password)
            raise InvalidCredentials
        fits, better_hash = await verify_password(password, credential.password_hash)
        if not fits:
            raise InvalidCredentials
        if better_hash is not None:
            async with self._databases.credentials.session() as session:
                await repository.replace_password_hash(
                    session, credential.user_id, old_hash=credential.password_hash, new_hash=better_hash
                )
        return await self._start_family(credential, device)

    async def sign_in_demo(self, device: Device) -> SignIn:
        """The demo member's sign-in without a password. Raises DemoNotAvailable."""
        if not self._settings.demo_enabled:
            raise DemoNotAvailable
        credential = await self._find_usable_credential(DEMO_EMAIL)
        if credential is None:
            raise DemoNotAvailable("The demo was not loaded: run `flowrex demo`.")
        return await self._start_family(credential, device)

    async def has_demo(self) -> bool:
        """Whether `sign_in_demo` would sign somebody in."""
        return self._settings.demo_enabled and await self._find_usable_credential(DEMO_EMAIL) is not None

    async def refresh(self, token: str) -> SignIn:
        """A new access token and the next refresh token. The given one is used up.

        Raises InvalidRefreshToken; RefreshTokenReused when it was used before, which revokes its family.
        """
        token_hash, next_token = hash_opaque_token(token), new_opaque_token()
        state = await self._get_usable_refresh_state(token_hash)
        # Before the token is used up: were the main database away, the client could not come back.
        user = await _ensure_user(self._databases, state.credential)
        async with self._databases.credentials.session() as session:
            family_id = await repository.consume_refresh_token(session, token_hash, self._clock.now())
            if family_id is not None:
                await self._store_token(session, family_id, next_token)
        if family_id is None:  # somebody was faster with the same token, or signed out meanwhile
            await self._get_usable_refresh_state(token_hash)
            raise InvalidRefreshToken
        return self._make_sign_in(user, family_id, next_token)

    async def sign_out(self, *, tokens: Sequence[str] = (), family_id: UUID | None = None) -> None:
        """End the families of the given refresh tokens and of an access token. Unknown ones are no error."""
        now = self._clock.now()
        async with self._databases.credentials.session() as session:
            hashes = [hash_opaque_token(token) for token in tokens]
            families = [await repository.find_family_of_token(session, each) for each in hashes]
            for family in (family_id, *families):
                if family is not None:
                    await repository.revoke_family(session, family, now, RevocationReason.SIGNED_OUT)

    async def create_first_admin(self, code: str, *, email: str, password: str, display_name: str) -> User:
        """The first admin, for whoever read the one-time code in the start log.

        Raises InvalidFirstAdminCode, EmailTaken; ValueError for unfit fields. The code holds until it worked.
        """
        code_hash = hash_opaque_token(code)
        async with self._databases.credentials.session() as session:
            if not await repository.has_first_admin_code(session, code_hash, self._clock.now()):
                raise InvalidFirstAdminCode(_CODE_REFUSED)
        new = await _NewAccount.prepare(email=email, password=password, display_name=display_name)
        async with self._databases.credentials.session() as session:
            await repository.lock_admins(session)
            is_good = await repository.has_first_admin_code(session, code_hash, self._clock.now())
            if not is_good or await repository.has_admin(session):
                raise InvalidFirstAdminCode(_CODE_REFUSED)
            credential = await new.insert(session, Role.ADMIN)
        log.info("first_admin_made", user_id=str(credential.user_id))
        return await _ensure_user(self._databases, credential)

    async def _find_usable_credential(self, email: str) -> Credential | None:
        try:
            email = normalize_email(email)
        except ValueError:
            return None
        async with self._databases.credentials.session() as session:
            credential = await repository.find_credential(session, email)
        return None if credential is None or self._is_barred(credential) else credential

    def _is_barred(self, credential: Credential) -> bool:
        """The demo account opens nothing where the demo is off, even with data brought from a laptop."""
        return credential.email == DEMO_EMAIL and not self._settings.demo_enabled

    async def _get_usable_refresh_state(self, token_hash: str) -> RefreshState:
        now = self._clock.now()
        async with self._databases.credentials.session() as session:
            state = await repository.find_refresh_state(session, token_hash)
        if state is None or state.is_revoked or state.expires_at <= now or self._is_barred(state.credential):
            raise InvalidRefreshToken("The sign-in has ended. Sign in again.")
        if state.is_consumed:
            # In a transaction of its own, committed before the refusal is raised.
            async with self._databases.credentials.session() as session:
                await repository.revoke_family(session, state.family_id, now, RevocationReason.REUSE)
            log.warning("refresh_token_reused", family_id=str(state.family_id))
            raise RefreshTokenReused("This sign-in was used twice and has ended for safety. Sign in again.")
        return state

    async def _start_family(self, credential: Credential, device: Device) -> SignIn:
        user, token = await _ensure_user(self._databases, credential), new_opaque_token()
        async with self._databases.credentials.session() as session:
            family_id = await repository.insert_family(session, user.id, device, self._clock.now())
            await self._store_token(session, family_id, token)
        return self._make_sign_in(user, family_id, token)

    async def _store_token(self, session: AsyncSession, family_id: UUID, token: str) -> None:
        now = self._clock.now()
        await repository.insert_refresh_token(
            session,
            family_id,
            hash_opaque_token(token),
            issued_at=now,
            expires_at=now + timedelta(days=self._settings.refresh_token_expire_days),
        )

    def _make_sign_in(self, user: User, family_id: UUID, refresh_token: str) -> SignIn:
        lifetime = timedelta(minutes=self._settings.access_token_expire_minutes)
        access_token = create_access_token(
            self._secrets.jwt_secret_key,
            user_id=user.id,
            role=user.role,
            family_id=family_id,
            now=self._clock.now(),
            lifetime=lifetime,
        )
        refresh_seconds = self._settings.refresh_token_expire_days * 24 * 3600
        return SignIn(access_token, int(lifetime.total_seconds()), refresh_token, refresh_seconds)


async def get_user(main: AsyncSession, user_id: UUID) -> User:
    """The account. Raises UserNotFound."""
    user = await repository.find_user(main, user_id)
    if user is None:
        raise UserNotFound
    return user


async def rename_user(main: AsyncSession, user_id: UUID, display_name: str) -> User:
    """Set the display name. Raises UserNotFound."""
    user = await repository.rename_user(main, user_id, display_name)
    if user is None:
        raise UserNotFound
    return user


async def create_user(
    databases: Databases, email: str, password: str, display_name: str, role: str = Role.MEMBER
) -> User:
    """A new account, whatever REGISTRATION says. Raises EmailTaken; ValueError for unfit fields or role."""
    role = Role(role)
    new = await _NewAccount.prepare(email=email, password=password, display_name=display_name)
    async with databases.credentials.session() as session:
        if role == Role.ADMIN:
            await repository.lock_admins(session)
        credential = await new.insert(session, role)
    log.info("user_created", user_id=str(credential.user_id), role=role)
    return await _ensure_user(databases, credential)


async def ensure_demo_user(databases: Databases, settings: Settings) -> DemoAccount:
    """The demo member, made once with a random password that the caller shows.

    A later call keeps the account and its password, unless DEMO_PASSWORD names another.
    Raises DemoNotAvailable where the demo is off.
    """
    if not settings.demo_enabled:
        raise DemoNotAvailable("The demo is off here (APP_ENV=production or DEMO=false).")
    given = settings.demo_password.get_secret_value() if settings.demo_password else None
    async with databases.credentials.session() as session:
        credential = await repository.find_credential(session, DEMO_EMAIL)
    if credential is None:
        password = given or random.token_urlsafe(12)
        user = await create_user(databases, DEMO_EMAIL, password, DEMO_DISPLAY_NAME)
        return DemoAccount(user.id, DEMO_EMAIL, password)
    await _ensure_user(databases, credential)
    if given is not None:
        password = check_password(given)
        fits, _ = await verify_password(password, credential.password_hash)
        if not fits:
            new_hash = await hash_password(password)
            async with databases.credentials.session() as session:
                await repository.replace_password_hash(
                    session, credential.user_id, old_hash=credential.password_hash, new_hash=new_hash
                )
    return DemoAccount(credential.user_id, DEMO_EMAIL, given)


async def on_start(databases: Databases, settings: Settings, clock: Clock) -> None:
    """When an API process starts: forget dead sign-ins, and open the door to a first admin."""
    if settings.app_env == "test":
        return
    try:
        async with databases.credentials.session() as session:
            await repository.delete_dead_families(session, clock.now())
        code = await create_first_admin_code(databases, clock)
    except ProgrammingError:
        log.warning("identity_tables_are_missing", detail="run `flowrex migrate`")
        return
    if code is not None:
        # The field's name is chosen so that the log does not hide it: this line is the code's only way out.
        log.warning(
            "no_admin_yet",
            one_time_code=code,
            valid_hours=FIRST_ADMIN_CODE_LIFETIME // timedelta(hours=1),
            detail="POST /api/v1/auth/first-admin takes it once as `token`, with email, password and "
            "display_name; or run `flowrex user create --admin`.",
        )


async def create_first_admin_code(databases: Databases, clock: Clock) -> str | None:
    """A one-time code for the first admin, kept by its hash; None when there is an admin."""
    code, now = new_opaque_token(), clock.now()
    async with databases.credentials.session() as session:
        await repository.lock_admins(session)
        if await repository.has_admin(session):
            return None
        await repository.delete_first_admin_codes(session, expired_at=now)
        await repository.insert_first_admin_code(
            session, hash_opaque_token(code), now + FIRST_ADMIN_CODE_LIFETIME
        )
    return code


async def _ensure_user(databases: Databases, credential: Credential) -> User:
    """The registration's second step, repeated at each sign-in: a kill between the two locks nobody out."""
    async with databases.main.session() as session:
        user = await repository.find_user(session, credential.user_id)
        if user is not None:
            return user
        await repository.insert_user_if_missing(session, credential.registered_user)
        return await get_user(session, credential.user_id)


@dataclass(frozen=True, slots=True, repr=False)
class _NewAccount:
    """Checked fields of an account that does not exist yet, the password hashed."""

    email: str
    password_hash: str
    display_name: str

    @classmethod
    async def prepare(cls, *, email: str, password: str, display_name: str) -> Self:
        """Check and hash, before any transaction is opened. Raises ValueError."""
        email, display_name = normalize_email(email), clean_display_name(display_name)
        return cls(email, await hash_password(check_password(password)), display_name)

    async def insert(self, session: AsyncSession, role: Role) -> Credential:
        """Write the credential; an admin's ends all one-time codes. Raises EmailTaken."""
        credential = await repository.insert_credential(
            session,
            email=self.email,
            password_hash=self.password_hash,
            display_name=self.display_name,
            role=role,
        )
        if credential is None:
            raise EmailTaken("This address already has an account: sign in instead.")
        if role == Role.ADMIN:
            await repository.delete_first_admin_codes(session)
        return credential
