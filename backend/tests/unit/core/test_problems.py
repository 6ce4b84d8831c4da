"""Every error becomes a problem document, and none tells more than it should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, HTTPException
from pydantic import AfterValidator, Field, field_validator
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core import errors
from app.core.fields import StrictModel
from app.core.middleware import BodyLimit, RequestContext
from app.core.problems import MEDIA_TYPE, install_problem_handlers

SECRET = "s3cr3t-value"


class Body(StrictModel):
    number: float
    password: str = ""

    @field_validator("password")
    @classmethod
    def _refuse(cls, value: str) -> str:
        if value:
            raise ValueError("is not good enough")
        return value


def _refuse_odd(value: int) -> int:
    if value % 2:
        raise ValueError("is odd")
    return value


class Choice(StrictModel):
    choice: Annotated[int, AfterValidator(_refuse_odd)] | Literal["none"]
    named: dict[Annotated[str, Field(max_length=3)], int] = Field(default_factory=dict)


def _wrapped(kind: type[DBAPIError], original: BaseException) -> DBAPIError:
    return kind(f"SELECT '{SECRET}'", {"password": SECRET}, original)


class NotEven(errors.Unprocessable):
    field = "number"


RAISED: dict[str, BaseException] = {
    "conflict": errors.Conflict("It is taken.", headers={"X-Why": "taken"}),
    "limited": errors.TooManyRequests("Slower.", retry_after_seconds=7),
    "unprocessable": errors.Unprocessable("No.", errors=[{"location": "rule", "message": "no"}]),
    "uneven": NotEven("It is odd."),
    "elsewhere": NotEven("It is odd.", field="other"),
    "whole": errors.Unprocessable("All of it."),
    "http": HTTPException(418, "short and stout"),
    "bug": RuntimeError(f"the password is {SECRET}"),
    "refused": ConnectionRefusedError(SECRET),
    "timeout": TimeoutError(),
    "pool": PoolTimeoutError(SECRET),
    "away": _wrapped(OperationalError, OSError(SECRET)),
    "stopping": _wrapped(DBAPIError, asyncpg.exceptions.AdminShutdownError(SECRET)),
    "starting": _wrapped(DBAPIError, asyncpg.exceptions.CannotConnectNowError(SECRET)),
    "full": _wrapped(DBAPIError, asyncpg.exceptions.TooManyConnectionsError(SECRET)),
    "range": _wrapped(DataError, asyncpg.exceptions.NumericValueOutOfRangeError(SECRET)),
    "deadlock": _wrapped(DBAPIError, asyncpg.exceptions.DeadlockDetectedError(SECRET)),
    "serialization": _wrapped(OperationalError, asyncpg.exceptions.SerializationError(SECRET)),
    "locked": _wrapped(OperationalError, asyncpg.exceptions.LockNotAvailableError(SECRET)),
    "slow": asyncpg.exceptions.QueryCanceledError(SECRET),
    "integrity": _wrapped(IntegrityError, asyncpg.exceptions.UniqueViolationError(SECRET)),
}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problem_handlers(app)
    app.add_middleware(BodyLimit, limit_bytes=1000, limits_by_path={"/upload": 5000})
    app.add_middleware(RequestContext)

    @app.post("/body")
    @app.post("/upload")
    async def take(body: Body) -> Body:
        return body

    @app.post("/choice")
    async def choose(body: Choice) -> Choice:
        return body

    @app.api_route("/raise/{what}", methods=["GET", "POST", "PUT", "DELETE"])
    async def fail(what: str) -> None:
        raise RAISED[what]

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://flowrex.home") as client:
        yield client


def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert problem["code"] == code
    assert problem["type"].endswith(code)
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "code", "request_id"}
    assert SECRET not in answer.text
    return problem


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("conflict", 409, "conflict"),
        ("limited", 429, "rate_limited"),
        ("unprocessable", 422, "unprocessable"),
        ("http", 418, "i'm_a_teapot"),
        ("bug", 500, "internal_error"),
        ("refused", 503, "database_unavailable"),
        ("timeout", 503, "database_unavailable"),
        ("pool", 503, "database_unavailable"),
        ("away", 503, "database_unavailable"),
        ("stopping", 503, "database_unavailable"),
        ("starting", 503, "database_unavailable"),
        ("full", 503, "database_unavailable"),
        ("range", 422, "validation_failed"),
        ("deadlock", 503, "busy"),
        ("serialization", 503, "busy"),
        ("locked", 503, "busy"),
        ("slow", 503, "busy"),
        ("integrity", 500, "internal_error"),
    ],
)
async def test_raised_errors(client: httpx.AsyncClient, what: str, status: int, code: str) -> None:
    answer = await client.get(f"/raise/{what}")
    problem = check(answer, status, code)
    if what == "conflict":
        assert (problem["detail"], answer.headers["x-why"]) == ("It is taken.", "taken")
    if what == "limited":
        assert answer.headers["retry-after"] == "7"
    if what == "unprocessable":
        assert problem["errors"] == [{"location": "rule", "message": "no"}]
    if status == 503:
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("method", "what", "location", "message"),
    [
        ("GET", "uneven", "query.number", "It is odd."),
        ("POST", "uneven", "body.number", "It is odd."),
        ("POST", "elsewhere", "body.other", "It is odd."),
        ("PUT", "whole", "body", "All of it."),
        ("DELETE", "uneven", "query.number", "It is odd."),
        ("POST", "range", "body", "A value is outside its range."),
    ],
)
async def test_each_422_says_where(
    client: httpx.AsyncClient, method: str, what: str, location: str, message: str
) -> None:
    answer = await client.request(method, f"/raise/{what}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"location": location, "message": message}]


async def test_locations_hold_no_names_from_inside(client: httpx.AsyncClient) -> None:
    for choice in ("x", 1.5):
        answer = await client.post("/choice", json={"choice": choice})
        assert {error["location"] for error in answer.json()["errors"]} <= {"body.choice", "body.choice.int"}
    answer = await client.post("/choice", json={"choice": 4, "named": {"long": 1}})
    assert [error["location"] for error in answer.json()["errors"]] == ["body.named.long"]


async def test_unknown_routes_and_wrong_methods_are_problems(client: httpx.AsyncClient) -> None:
    check(await client.get("/nowhere"), 404, "not_found")
    answer = await client.get("/body")
    check(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "status", "location"),
    [
        (b"{", 400, "body"),
        (b"", 422, "body"),
        (b"[]", 422, "body"),
        (b'{"number": "x"}', 422, "body.number"),
        (b'{"number": NaN}', 422, "body.number"),
        (b'{"number": 1e999}', 422, "body.number"),
        (b'{"number": 1, "unknown": 1}', 422, "body.unknown"),
        (b'{"number": 1, "password": "s3cr3t-value"}', 422, "body.password"),
        (b'{"number": 1, "password": "\\ud800"}', 422, "body.password"),
        (b'{"number": "s3cr3t-value"}', 422, "body.number"),
        (b"[" * 900, 400, "body"),
        (b"\xff\xfe", 400, "body"),
    ],
)
async def test_bodies_that_make_no_sense(
    client: httpx.AsyncClient, body: bytes, status: int, location: str
) -> None:
    answer = await client.post("/body", content=body, headers={"Content-Type": "application/json"})
    problem = check(answer, status, "invalid_json" if status == 400 else "validation_failed")
    assert problem["errors"][0]["location"].startswith(location)
    if location == "body.password" and b"ud800" not in body:
        assert problem["errors"][0]["message"] == "is not good enough"


async def test_numbers_in_paths_are_bounded(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/number/{2**63}")).status_code in {200, 422}
    check(await client.get("/number/" + "9" * 5000), 422, "validation_failed")


async def test_bodies_that_are_too_large(client: httpx.AsyncClient) -> None:
    large = b'{"number": 1}' + b" " * 2000

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 500):
            yield large[start : start + 500]

    headers = {"Content-Type": "application/json"}
    for content in (large, in_pieces()):
        answer = await client.post("/body", content=content, headers=headers)
        check(answer, 413, "too_large")
        assert answer.headers.get("connection", "").lower() != "close"
    assert (await client.post("/upload", content=large, headers=headers)).status_code == 200


async def test_request_ids_are_kept_when_sane_and_made_otherwise(client: httpx.AsyncClient) -> None:
    kept = await client.get("/nowhere", headers={"X-Request-ID": "abc-DEF_12345"})
    assert kept.json()["request_id"] == "abc-DEF_12345"
    for bad in ("short", "x" * 65, "with space", 'quo"te12', "line\u0085feed"):
        answer = await client.get("/nowhere", headers={b"X-Request-ID": bad.encode("latin-1")})
        assert answer.json()["request_id"] != bad
    first, second = [(await client.get("/nowhere")).json()["request_id"] for _ in range(2)]
    assert first != second
