"""A worker, the backend or the database is killed in the middle of an import: all of the file is in, once, or
none.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import psycopg
import pytest

from tests.faults.stack import Stack, wait_until

FINAL = {"succeeded", "failed", "cancelled"}
ROWS = 700_000
# A lease, the next look at leases, a start and the import itself, on a machine that does other things too.
RECOVERED_SECONDS = 120


@pytest.fixture(scope="module")
def client(running_stack: Stack) -> Iterator[httpx.Client]:
    """Somebody who is signed in."""
    with httpx.Client(base_url=f"http://127.0.0.1:{running_stack.port}/api/v1", timeout=60) as client:
        person = {"email": "ines@example.com", "password": "correct horse battery", "display_name": "Ines"}
        client.post("/auth/register", json=person).raise_for_status()
        del person["display_name"]
        signed_in = client.post("/auth/login", json=person).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        yield client


@pytest.fixture(scope="module")
def file() -> bytes:
    """A long file of minutes, with extended cells so that reading takes its time."""
    lines = [b"time,open,high,low,close,volume,note"]
    lines += [b"%d,100.25,101.5,99.75,100.5,%d,%060d" % (1_400_000_000 + 60 * n, n, n) for n in range(ROWS)]
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize(
    ("name", "wait_seconds"),
    [
        pytest.param("worker", 0.0, marks=pytest.mark.thorough),
        ("worker", 0.5),
        pytest.param("worker", 1.2, marks=pytest.mark.thorough),
        pytest.param("postgres-main", 0.0, marks=pytest.mark.thorough),
        pytest.param("postgres-main", 0.5, marks=pytest.mark.thorough),
        ("postgres-main", 1.2),
    ],
)
def test_an_import_in_which_something_is_killed_is_whole_and_done_once(
    running_stack: Stack, client: httpx.Client, file: bytes, name: str, wait_seconds: float
) -> None:
    symbol = f"K{name[0]}{wait_seconds:.1f}".upper()
    import_id = _send(client, file, symbol)
    wait_until(lambda: _read(client, import_id)["status"] != "queued", 30, running_stack.dump)
    time.sleep(wait_seconds)  # somewhere in reading, merging or writing
    running_stack.get(name).kill()

    done = _wait_until_final(running_stack, client, import_id)
    stored = _count_bars(running_stack, symbol)
    if done["status"] == "succeeded":
        assert [done[count] for count in ("rows_read", "inserted", "unchanged")] == [ROWS, ROWS, 0]
        assert stored == ROWS
    else:
        assert done["error"]["code"] == "worker_lost"
        assert stored == 0
    assert _count_chunks(running_stack) == 0


def test_a_backend_that_is_killed_in_an_upload_leaves_nothing(
    running_stack: Stack, client: httpx.Client, file: bytes
) -> None:
    imports = len(client.get("/imports", params={"limit": 100}).json()["items"])

    def upload() -> None:
        with suppress(httpx.TransportError):
            _send(client, file, "HALF")

    sending = threading.Thread(target=upload)
    sending.start()
    time.sleep(0.15)
    running_stack.get("backend").kill()
    sending.join()
    wait_until(running_stack.is_healthy, 40, running_stack.dump)
    listed = client.get("/imports", params={"limit": 100}).json()["items"]
    # Killed before the commit nothing is there, after it the import is: and then it is done.
    for left in listed[: len(listed) - imports]:
        assert _wait_until_final(running_stack, client, left["id"])["inserted"] == ROWS
    assert _count_chunks(running_stack) == 0


def test_a_backend_that_is_killed_while_a_worker_imports_is_not_missed(
    running_stack: Stack, client: httpx.Client, file: bytes
) -> None:
    import_id = _send(client, file, "ALONE")
    running_stack.get("backend").kill()
    done = _wait_until_final(running_stack, client, import_id)
    assert (done["status"], done["inserted"]) == ("succeeded", ROWS)


def _send(client: httpx.Client, file: bytes, symbol: str) -> str:
    answer = client.post(
        "/imports", data={"symbol": symbol, "interval": "1min"}, files={"file": ("bars.csv", file)}
    )
    answer.raise_for_status()
    import_id: str = answer.json()["id"]
    return import_id


def _read(client: httpx.Client, import_id: str) -> dict[str, Any]:
    answer = client.get(f"/imports/{import_id}").raise_for_status()
    stored: dict[str, Any] = answer.json()
    return stored


def _wait_until_final(stack: Stack, client: httpx.Client, import_id: str) -> dict[str, Any]:
    last: dict[str, Any] = {}

    def is_final() -> bool:
        with suppress(httpx.HTTPError):
            last.update(_read(client, import_id))
        return last.get("status") in FINAL

    wait_until(is_final, RECOVERED_SECONDS, stack.dump)
    return last


def _query(stack: Stack, statement: str, *values: object) -> int:
    environment = json.loads((stack.home / "state.json").read_text("utf-8"))["environment"]
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        found = connection.execute(statement, values).fetchone()
    assert found is not None
    return int(found[0])


def _count_bars(stack: Stack, symbol: str) -> int:
    return _query(
        stack,
        "SELECT coalesce(sum(bar_count), 0) FROM bar_pages JOIN instruments ON id = instrument_id "
        "WHERE symbol = %s",
        symbol,
    )


def _count_chunks(stack: Stack) -> int:
    return _query(stack, "SELECT count(*) FROM import_chunks")
