"""What an account may look like."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.domain import (
    MAX_DISPLAY_NAME_CHARS,
    MAX_PASSWORD_BYTES,
    check_password,
    clean_display_name,
    normalize_email,
)


@pytest.mark.parametrize(
    ("given_address", "stored"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  ada@example.com ", "ada@example.com"),
        ("ada+test@example.com", "ada+test@example.com"),
        ("ada@nas.local", "ada@nas.local"),
        ("ada@example.test", "ada@example.test"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_one_mailbox_has_one_spelling(given_address: str, stored: str) -> None:
    assert normalize_email(given_address) == stored
    assert normalize_email(stored) == stored


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@nowhere.invalid",
        "a da@example.com",
        "ada@exam ple.com",
        "ada@example.com\x00",
        "ada@[127.0.0.1]",
        '"ada"@example.com',
        "Ada <ada@example.com>",
        "ada\ud800@example.com",
        "аda@example.com",  # a Cyrillic а: two addresses must not merely look alike
        "ada@" + "x" * 250 + ".com",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        normalize_email(address)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_plain_refusal(text: str) -> None:
    try:
        email = normalize_email(text)
    except ValueError:
        return
    assert email.isascii()
    assert email == email.lower() == normalize_email(email)


def test_passwords_need_length_and_nothing_else() -> None:
    assert check_password("eightchr") == "eightchr"
    assert check_password("        ") == "        "
    assert check_password("ÿ" * (MAX_PASSWORD_BYTES // 2)) == "ÿ" * (MAX_PASSWORD_BYTES // 2)
    with pytest.raises(ValueError, match="at least 8"):
        check_password("sevench")
    with pytest.raises(ValueError, match="at most 1,024 bytes"):
        check_password("ÿ" * (MAX_PASSWORD_BYTES // 2) + "x")


@pytest.mark.parametrize("password", ["password", "PASSWORD", "Password1", "12345678", "qwertyuiop"])
def test_the_first_guesses_are_refused(password: str) -> None:
    with pytest.raises(ValueError, match="first that anybody would guess"):
        check_password(password)


@given(st.text(min_size=8, max_size=40))
def test_every_spelling_of_a_password_is_the_same_password(password: str) -> None:
    try:
        composed = check_password(unicodedata.normalize("NFC", password))
        decomposed = check_password(unicodedata.normalize("NFD", password))
    except ValueError:
        return
    assert composed == decomposed


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Ada", "Ada"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Zoe\u0308", "Zoë"),
        ("Ada\u00a0Lovelace\u3000", "Ada Lovelace"),
        ("李小龍", "李小龍"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("x" * MAX_DISPLAY_NAME_CHARS, "x" * MAX_DISPLAY_NAME_CHARS),
    ],
)
def test_display_names_are_tidied(given_name: str, kept: str) -> None:
    assert clean_display_name(given_name) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * (MAX_DISPLAY_NAME_CHARS + 1),
        "A\x00da",
        "A\nda",
        "A\x1b[31mda",
        "A\ud800",
        "A\u2028da",
        "A\u202eda",
        "\u00a0",
        "\u200b\u200d",
    ],
)
def test_unfit_display_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError):
        clean_display_name(name)


@given(st.text(max_size=120))
def test_a_cleaned_name_stays_as_it_is(name: str) -> None:
    try:
        cleaned = clean_display_name(name)
    except ValueError:
        return
    assert cleaned == clean_display_name(cleaned)
    assert cleaned.strip()
