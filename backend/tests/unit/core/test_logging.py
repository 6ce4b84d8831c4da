"""No secret in a log."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.core.logging import HIDDEN, configure_logging, hide_secrets

SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    "event",
    [
        {"password": SECRET},
        {"new_password": SECRET},
        {"PASSWORD_HASH": SECRET},
        {"refresh_token": SECRET},
        {"Authorization": SECRET},
        {"cookie": SECRET},
        {"set-cookie": SECRET},
        {"jwt_secret_key": SECRET},
        {"api_key": SECRET},
        {"X-API-Key": SECRET},
        {"apikey": SECRET},
        {"dsn": SECRET},
        {"body": {"user": {"password": SECRET}}},
        {"bodies": [{"token": SECRET}]},
        {"headers": {"authorization": [SECRET]}},
        {"url": f"postgresql://flowrex:{SECRET}@localhost/flowrex"},
        {"url": f"redis://:{SECRET}@localhost:6379/0"},
        {"event": f"cannot connect to postgresql+asyncpg://u:{SECRET}@db:5432/x, trying again"},
        {"header": f"Bearer {SECRET}"},
        {"exception": f"Traceback …\nValueError: bearer {SECRET}"},
        {"query": f"/api/v1/stream?access_token={SECRET}"},
        {"path": f"/api/v1/shared/{SECRET}"},
        {"path": f"/shared/{SECRET}?print=1"},
        {"query": f"GET /x?a=1&api_key={SECRET}&b=2"},
        {"event": f"connect(password='{SECRET}')"},
        {"event": f"connect(password='one {SECRET}', user='ada')"},
        {"event": f'connect(password="{SECRET}")'},
        {"event": f"refused {{'user': 'ada', 'password': '{SECRET}'}}"},
        {"event": f'refused {{"refresh_token": "{SECRET}", "user": "ada"}}'},
        {"event": f'refused {{\\"refresh_token\\": \\"{SECRET}\\"}}'},
        {"event": f"password: {SECRET}"},
        {"event": f"Cookie: flowrex_refresh={SECRET}"},
        {"event": f"Cookie: theme=dark; flowrex_refresh={SECRET}"},
        {"event": f"flowrex_refresh={SECRET}; Path=/"},
        {"event": f"GET /\r\nX-API-Key: {SECRET}\r\nHost: x"},
        {"event": f"Authorization: Basic {SECRET}"},
        {"event": f"{{'x-api-key': b'{SECRET}'}}"},
        {"url": f"postgresql://flowrex:p@{SECRET}@localhost/flowrex"},
        {"url": f"postgresql://flowrex:{SECRET}@x@localhost/flowrex"},
        {"url": f"postgresql://flowrex:a/{SECRET}@localhost/flowrex"},
        {"jwt": SECRET},
    ],
)
def test_secrets_are_hidden(event: dict[str, object]) -> None:
    hidden = hide_secrets(None, "info", event)
    assert SECRET not in json.dumps(hidden)
    assert HIDDEN in json.dumps(hidden)


def test_the_rest_stays_readable() -> None:
    event = {
        "event": "no_admin_yet",
        "one_time_code": "once",
        "detail": "http://localhost:8000/api/v1/auth/login",
        "count": 3,
        "path": "/api/v1/bars?symbol=GOOG&interval=1day",
        "statement": "connected to http://localhost:3000/ as ada@example.com",
        "code": "the password is too short",
    }
    assert hide_secrets(None, "info", dict(event)) == event


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_hiding_never_fails(value: object) -> None:
    hide_secrets(None, "info", {"value": value, "nested": {"value": [value]}})


def test_each_line_is_one_json_object_with_the_request_id(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        configure_logging("INFO")
        structlog.contextvars.bind_contextvars(request_id="abcdefgh")
        structlog.get_logger("app.test").info("something", password=SECRET)
        logging.getLogger("a.library").warning("cannot reach %s", f"redis://:{SECRET}@localhost")
        try:
            raise ValueError(f"postgresql://u:{SECRET}@db")
        except ValueError:
            structlog.get_logger("app.test").exception("it broke")
        logging.getLogger("a.library").debug("not at this level")
    finally:
        structlog.contextvars.clear_contextvars()
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines] == ["something", lines[1]["event"], "it broke"]
    assert all(line["request_id"] == "abcdefgh" and line["timestamp"].endswith("Z") for line in lines)
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert "ValueError" in lines[2]["exception"]
    assert SECRET not in written
