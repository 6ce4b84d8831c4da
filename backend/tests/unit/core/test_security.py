"""Passwords and tokens."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import bcrypt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core import security
from app.core.security import (
    InvalidToken,
    create_access_token,
    hash_opaque_token,
    hash_password,
    new_opaque_token,
    read_access_token,
    verify_no_password,
    verify_password,
)

KEY = "k" * 32
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
USER, FAMILY = uuid4(), uuid4()
HALF_AN_HOUR = timedelta(minutes=30)


def make_token(key: str = KEY) -> str:
    return create_access_token(
        key, user_id=USER, role="member", family_id=FAMILY, now=NOW, lifetime=HALF_AN_HOUR
    )


async def test_passwords_are_hashed_with_argon2id_and_salted() -> None:
    one, other = await hash_password("correct horse"), await hash_password("correct horse")
    assert one.startswith("$argon2id$")
    assert one != other
    assert await verify_password("correct horse", one) == (True, None)
    assert await verify_password("Correct horse", one) == (False, None)


async def test_nothing_of_a_password_is_cut_off() -> None:
    long = "x" * 1024
    password_hash = await hash_password(long)
    assert (await verify_password(long[:-1], password_hash))[0] is False
    assert (await verify_password(long, password_hash))[0] is True


async def test_hashing_leaves_the_event_loop_free() -> None:
    threads = set()
    original = security._passwords.hash

    class Watched:
        def hash(self, password: str) -> str:
            threads.add(threading.current_thread())
            return original(password)

    patch = pytest.MonkeyPatch()
    with patch.context() as context:
        context.setattr(security, "_passwords", Watched())
        ticks = 0
        hashing = asyncio.ensure_future(hash_password("correct horse"))
        while not hashing.done():
            ticks += 1
            await asyncio.sleep(0.001)
    assert threading.main_thread() not in threads
    assert ticks > 1


@pytest.mark.parametrize("length", [8, 72, 100])
async def test_imported_bcrypt_hashes_verify_and_are_replaced(length: int) -> None:
    password = "pässword"[:8].ljust(length, "x")
    imported = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    fits, better = await verify_password(password, imported)
    assert fits
    assert better is not None
    assert better.startswith("$argon2id$")
    assert await verify_password(password, better) == (True, None)
    assert (await verify_password("y" + password, imported))[0] is False


@pytest.mark.parametrize("damaged", ["", "!", "plain text", "$argon2id$v=19$broken", "$2b$12$short"])
async def test_a_damaged_hash_lets_nobody_in(damaged: str) -> None:
    assert await verify_password(damaged, damaged) == (False, None)


async def test_an_unknown_account_costs_as_much_as_a_wrong_password() -> None:
    """The same parameters, so the same work: no clock is needed to see it."""
    password_hash = await hash_password("correct horse")
    assert security._NOBODYS_HASH.split("$")[:4] == password_hash.split("$")[:4]
    assert not Argon2Hasher().check_needs_rehash(security._NOBODYS_HASH)
    verified: list[str] = []
    original = security._verify
    patch = pytest.MonkeyPatch()
    with patch.context() as context:

        def watched(password: str, known: str) -> tuple[bool, str | None]:
            verified.append(known)
            return original(password, known)

        context.setattr(security, "_verify", watched)
        await verify_no_password("correct horse")
    assert verified == [security._NOBODYS_HASH]


def test_an_access_token_says_who_and_until_when() -> None:
    claims = read_access_token(KEY, make_token(), now=NOW)
    assert (claims.user_id, claims.role, claims.family_id) == (USER, "member", FAMILY)
    assert claims.expires_at == NOW + HALF_AN_HOUR
    assert make_token() != make_token()


def test_an_access_token_ends() -> None:
    token = make_token()
    read_access_token(KEY, token, now=NOW + HALF_AN_HOUR - timedelta(seconds=1))
    with pytest.raises(InvalidToken, match="expired"):
        read_access_token(KEY, token, now=NOW + HALF_AN_HOUR)


def _encode(header: dict[str, Any], claims: dict[str, Any], key: str = KEY) -> str:
    return jwt.encode(header, claims, OctKey.import_key(key.encode()))


def _claims(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": "flowrex",
        "aud": "flowrex-api",
        "sub": str(USER),
        "role": "admin",
        "fam": str(FAMILY),
        "exp": int((NOW + HALF_AN_HOUR).timestamp()),
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


HEADER = {"alg": "HS256", "typ": "at+jwt"}


def test_the_forgeries_below_would_hold_but_for_one_thing() -> None:
    assert read_access_token(KEY, _encode(HEADER, _claims()), now=NOW).role == "admin"


@pytest.mark.parametrize(
    "token",
    [
        _encode(HEADER, _claims(), key="x" * 32),
        _encode({"alg": "HS256"}, _claims()),
        _encode({"alg": "HS256", "typ": "JWT"}, _claims()),
        _encode(HEADER, _claims(iss="somebody")),
        _encode(HEADER, _claims(aud="another-api")),
        _encode(HEADER, _claims(exp=None)),
        _encode(HEADER, _claims(exp="soon")),
        _encode(HEADER, _claims(exp=10**30)),
        _encode(HEADER, _claims(exp=int(NOW.timestamp()))),
        _encode(HEADER, _claims(sub="somebody")),
        _encode(HEADER, _claims(sub=None)),
        _encode(HEADER, _claims(fam=None)),
        _encode(HEADER, _claims(role=None)),
        "",
        "a.b.c",
        "a.b.c.d.e",
        "\ud800",
        "ä.ö.ü",
        "." * 2000,
    ],
)
def test_forged_and_damaged_tokens_are_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        read_access_token(KEY, token, now=NOW)


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512", "RS256"])
def test_the_algorithm_is_ours_to_choose(algorithm: str) -> None:
    header, payload, signature = make_token().split(".")
    other = _base64url(json.dumps({"alg": algorithm, "typ": "at+jwt"}).encode())
    for forged in (f"{other}.{payload}.{signature}", f"{other}.{payload}."):
        with pytest.raises(InvalidToken):
            read_access_token(KEY, forged, now=NOW)
    assert header != other


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@settings(max_examples=200)
@given(st.data())
def test_no_changed_letter_passes(data: st.DataObject) -> None:
    token = make_token()
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHabcdefgh0123456789-_."))
    # The last letter of a part of base64 carries bits that mean nothing.
    assume(token[at] not in {letter, "."} and f"{token}."[at + 1] != ".")
    with pytest.raises(InvalidToken):
        read_access_token(KEY, token[:at] + letter + token[at + 1 :], now=NOW)


def test_opaque_tokens_are_unguessable_and_stored_by_their_hash() -> None:
    tokens = {new_opaque_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 43 for token in tokens)
    token = tokens.pop()
    assert hash_opaque_token(token) == hash_opaque_token(token)
    assert token not in hash_opaque_token(token)
    assert len(hash_opaque_token("\ud800")) == 64
