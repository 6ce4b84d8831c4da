"""Who somebody is, what an account may look like, and the facts that end a sign-in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from uuid import UUID

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from app.core.errors import Conflict, Forbidden, NotFound, Unauthorized

MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_BYTES = 1024
MAX_DISPLAY_NAME_CHARS = 80
MAXIMUM_API_KEYS = 50
# Keys begin with it, so that people and scanners of leaked secrets know what they see.
API_KEY_PREFIX = "flx_"
API_KEY_HINT_CHARS = 10
# The last use is told to the minute: a key in heavy use must not write at every request.
LAST_USE_SECONDS = 60
# `.example` is reserved: no mail to the demo account can ever reach anybody.
DEMO_EMAIL = "demo@flowrex.example"
DEMO_DISPLAY_NAME = "Demo"

# Names of private networks (.local, .test, home.arpa) are fine: an installation may live in one. The library
# means its list to be changed in place, and nothing else in the process uses it.
SPECIAL_USE_DOMAIN_NAMES[:] = ["invalid"]
# Control, surrogate and private characters, line and paragraph separators; joiners (Cf) belong to real names.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
# They turn the text after them around, and make one name look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cf", "Zs"})


class Role(StrEnum):
    """What an account may do."""

    MEMBER = "member"
    ADMIN = "admin"


class RevocationReason(StrEnum):
    """Why a token family ended."""

    SIGNED_OUT = "signed_out"
    REUSE = "reuse"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: by an access token, or by an API key, which stands for no sign-in and changes nothing."""

    id: UUID
    role: str
    family_id: UUID | None
    is_read_only: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether this one may change what belongs to the installation."""
        return self.role == Role.ADMIN


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that stands for somebody's account. `hint`: how it begins, to tell it from others."""

    id: UUID
    name: str
    hint: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class User:
    """An account as others may see it."""

    id: UUID
    email: str
    display_name: str
    role: str
    created_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """What the credentials database knows of an account: the proof, and the profile as it was registered.

    Never printed: it has no repr.
    """

    user_id: UUID
    email: str
    password_hash: str
    display_name: str
    role: str
    created_at: datetime

    @property
    def registered_user(self) -> User:
        """The account that the second step of a registration writes."""
        return User(self.user_id, self.email, self.display_name, self.role, self.created_at)


@dataclass(frozen=True, slots=True, repr=False)
class RefreshState:
    """A refresh token that was handed out once, and what became of it and its family."""

    family_id: UUID
    expires_at: datetime
    is_consumed: bool
    is_revoked: bool
    credential: Credential


@dataclass(frozen=True, slots=True, repr=False)
class SignIn:
    """What a client holds while somebody is signed in. Never printed: it has no repr."""

    access_token: str
    access_seconds: int
    refresh_token: str
    refresh_seconds: int


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in comes from, for the list of sessions."""

    user_agent: str
    address: str


@dataclass(frozen=True, slots=True, repr=False)
class DemoAccount:
    """The demo's address and password; no password when an earlier one was kept."""

    user_id: UUID
    email: str
    password: str | None


class SignInRequired(Unauthorized):
    """No access token came with the request."""

    code, title = "unauthorized", "Sign in first"


class InvalidCredentials(Unauthorized):
    """Unknown address or wrong password: which of them is not told."""

    code, title = "invalid_credentials", "The address or the password is wrong"


class InvalidRefreshToken(Unauthorized):
    """The refresh token is missing, unknown, expired, or its family was signed out."""

    code, title = "invalid_refresh_token", "Sign in again"


class RefreshTokenReused(Unauthorized):
    """A refresh token came a second time: its whole family is signed out."""

    code, title = "refresh_token_reused", "Sign in again"


class EmailTaken(Conflict):
    """The address has an account."""

    code, title = "email_taken", "This address already has an account"


class InviteRequired(Forbidden):
    """Registration wants an invitation."""

    code, title = "invite_required", "Registration is by invitation"


class RegistrationClosed(Forbidden):
    """Nobody can register."""

    code, title = "registration_closed", "Registration is closed"


class DemoNotAvailable(NotFound):
    """There is no demo account here."""

    code, title = "demo_not_available", "There is no demo account here"


class InvalidFirstAdminCode(Forbidden):
    """The one-time code for the first admin is unknown, used or too old."""

    code, title = "invalid_first_admin_token", "The one-time token does not hold"


class ForeignOrigin(Forbidden):
    """Another site's page tries to use this browser's cookie."""

    code, title = "foreign_origin", "The request comes from another site"


class UserNotFound(NotFound):
    """There is no such account."""

    code, title = "user_not_found", "There is no such account"


def normalize_email(address: str) -> str:
    """The one way an address is stored and compared: lower case, an international domain as punycode.

    Looks nothing up. The part before the @ is plain ASCII, so that no two addresses merely look alike.
    Raises ValueError.
    """
    try:
        parsed = validate_email(
            address.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
        )
    except EmailNotValidError as error:
        raise ValueError("An e-mail address looks like ada@example.com.") from error
    return (parsed.ascii_email or parsed.normalized).lower()


def name_account(address: str) -> str:
    """What sign-ins are counted under: one name for all spellings of an address, whatever was sent."""
    try:
        return normalize_email(address)
    except ValueError:
        return address.strip().lower()


def normalize_password(password: str) -> str:
    """The same password from every keyboard: Unicode's composed form, nothing cut off."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str) -> str:
    """The normalized password. Raises ValueError when it is too short, too long or among the first guesses.

    There are no rules on what it is made of: they make passwords worse.
    """
    password = normalize_password(password)
    if "\x00" in password:
        raise ValueError("must not contain a NUL character")
    if len(password) < MIN_PASSWORD_CHARS:
        raise ValueError(f"A password has at least {MIN_PASSWORD_CHARS} characters.")
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        raise ValueError(f"A password has at most {MAX_PASSWORD_BYTES:,} bytes.")
    if password.casefold() in _common_passwords():
        raise ValueError("This password is among the first that anybody would guess: choose another.")
    return password


def clean_display_name(name: str) -> str:
    """The name without surrounding or repeated space. Raises ValueError when empty, long or unprintable."""
    kinds = {character: unicodedata.category(character) for character in name}
    if not _UNPRINTABLE.isdisjoint(kinds.values()) or not _TURNING.isdisjoint(name):
        raise ValueError("A display name has no control characters.")
    spaced = "".join(" " if kinds[character] == "Zs" else character for character in name)
    name = unicodedata.normalize("NFC", " ".join(spaced.split()))
    if not _INVISIBLE.issuperset(kinds.values()) and 1 <= len(name) <= MAX_DISPLAY_NAME_CHARS:
        return name
    raise ValueError(f"A display name has 1 to {MAX_DISPLAY_NAME_CHARS} characters.")


@cache
def _common_passwords() -> frozenset[str]:
    text = resources.files(__package__).joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


class ApiKeyNotFound(NotFound):
    """No key of this id of who asks."""

    code, title = "api_key_not_found", "API key not found"


class ApiKeyReadOnly(Forbidden):
    """A key that may read, used to change something."""

    code, title = "api_key_read_only", "This API key may only read"


class TooManyApiKeys(Conflict):
    """As many keys as one may have."""

    code, title = "too_many_api_keys", "Too many API keys"
