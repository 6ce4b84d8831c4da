"""Passwords and tokens. The libraries behind them (pwdlib, joserfc) are known to this file alone."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.core.errors import Unauthorized

ISSUER = "flowrex"
AUDIENCE = "flowrex-api"
ACCESS_TYPE = "at+jwt"
OPAQUE_TOKEN_BYTES = 32
_BCRYPT_BYTES = 72

# argon2id for what is made here; bcrypt only to verify hashes that were imported.
_passwords = PasswordHash((Argon2Hasher(), BcryptHasher()))
# Hashing takes a core for tens of milliseconds: never in the event loop, and never on every core at once.
_hashing = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="hashing")
# A hash that nobody knows a password for, made with the parameters above.
_NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$ScWwOB5LEoqoICtjI9VLwA$NXYA+vjBm4TxoVni7BeqTp7upTvpYKyuI7xiTUwHqao"
)


class InvalidToken(Unauthorized):
    """The access token is unreadable, forged, of another kind, or has expired."""

    code, title = "invalid_token", "The access token is not valid"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Who an access token speaks for."""

    user_id: UUID
    role: str
    family_id: UUID
    expires_at: datetime


async def hash_password(password: str) -> str:
    """argon2id hash of `password`, computed in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _passwords.hash, password)


async def verify_password(password: str, password_hash: str) -> tuple[bool, str | None]:
    """Whether the password fits, and a better hash to store when the given one is of an older kind."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_hashing, _verify, password, password_hash)


async def verify_no_password(password: str) -> None:
    """Take as long as `verify_password` does, for an account that does not exist."""
    await verify_password(password, _NOBODYS_HASH)


def _verify(password: str, password_hash: str) -> tuple[bool, str | None]:
    try:
        if not BcryptHasher.identify(password_hash):
            return _passwords.verify_and_update(password, password_hash)
        # The systems such hashes come from cut the password; the library refuses to, so it is cut here. The
        # hash that replaces it is made of the whole.
        is_right = _passwords.verify(password.encode()[:_BCRYPT_BYTES], password_hash)
    except (PwdlibError, ValueError):  # no hash at all, or one that was damaged
        return False, None
    return is_right, _passwords.hash(password) if is_right else None


def create_access_token(
    key: str, *, user_id: UUID, role: str, family_id: UUID, now: datetime, lifetime: timedelta
) -> str:
    """A signed, short-lived JWT (RFC 9068's type) that names the user, the role and the token family."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "role": role,
        "fam": str(family_id),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode({"alg": "HS256", "typ": ACCESS_TYPE}, claims, OctKey.import_key(key.encode()))


def read_access_token(key: str, token: str, *, now: datetime) -> AccessClaims:
    """The claims of a token made by `create_access_token`. Raises InvalidToken."""
    try:
        read = jwt.decode(token, OctKey.import_key(key.encode()), algorithms=["HS256"])
        claims: dict[str, Any] = read.claims
        if read.header.get("typ") != ACCESS_TYPE:
            raise InvalidToken("This is not an access token.")
        if claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
            raise InvalidToken("The token was made for somebody else.")
        expires_at = datetime.fromtimestamp(int(claims["exp"]), tz=now.tzinfo)
        if expires_at <= now:
            raise InvalidToken("The access token has expired: refresh it.")
        return AccessClaims(UUID(claims["sub"]), str(claims["role"]), UUID(claims["fam"]), expires_at)
    except InvalidToken:
        raise
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise InvalidToken("The access token cannot be read.") from error


def new_opaque_token() -> str:
    """An unguessable token of 256 bits for the client to keep; only its hash is stored."""
    return secrets.token_urlsafe(OPAQUE_TOKEN_BYTES)


def hash_opaque_token(token: str) -> str:
    """What is stored of an opaque token. It has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
