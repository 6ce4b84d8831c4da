"""Pages and cursors."""

from __future__ import annotations

import base64
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.pagination import InvalidCursor, cut_page, decode_cursor, decode_uuid_cursor, encode_cursor

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(st.lists(_TEXT, min_size=1, max_size=4))
def test_a_cursor_gives_back_what_went_in(parts: list[str]) -> None:
    cursor = encode_cursor(*parts)
    assert decode_cursor(cursor, len(parts)) == tuple(parts)
    assert cursor.replace("-", "").replace("_", "").isalnum() or not cursor


@given(st.text(max_size=60))
def test_any_other_text_is_refused_plainly(text: str) -> None:
    try:
        parts = decode_cursor(text, 2)
    except InvalidCursor:
        return
    assert len(parts) == 2


def _cursor(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "ä",
        _cursor(b"{}"),
        _cursor(b"[1,2]"),
        _cursor(b'["a"]'),
        _cursor(b'["a","b","c"]'),
        _cursor(b'["a","\\u0000"]'),
        _cursor(b'["a","\\ud800"]'),
        _cursor(b"[" * 200),
        encode_cursor("one part"),
    ],
)
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor, 2)


def test_a_page_knows_whether_there_is_more() -> None:
    assert cut_page([1, 2, 3], 2) == ([1, 2], True)
    assert cut_page([1, 2], 2) == ([1, 2], False)
    assert cut_page([], 2) == ([], False)


def test_an_id_in_a_cursor_is_an_id() -> None:
    one = uuid4()
    assert decode_uuid_cursor(encode_cursor(str(one))) == one
    for cursor in (encode_cursor("rubbish"), encode_cursor(str(one), "more"), "rubbish"):
        with pytest.raises(InvalidCursor):
            decode_uuid_cursor(cursor)
