"""What each fault does to a request: refuses it, or spoils the answer that it would have had."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import HTMLResponse, Response

from tests.standins.twelvedata.faults import Fault, FaultKind
from tests.standins.twelvedata.query import Refused
from tests.standins.twelvedata.quota import OutOfCredits, Quota

_EVERY = 7
_STALE_BARS = 5
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def refuse_for(fault: Fault, quota: Quota) -> None:
    """Raise what the vendor would answer. Nothing was spent."""
    if fault.kind is FaultKind.MINUTE:
        limit = quota.per_minute or 8
        raise OutOfCredits("minute", limit + 1, limit)
    if fault.kind is FaultKind.DAY:
        limit = quota.per_day or 800
        raise OutOfCredits("day", limit + 1, limit)
    if fault.kind is FaultKind.KEY_REFUSED:
        raise Refused(401, "**apikey** parameter is incorrect or not specified.")
    if fault.kind is FaultKind.PLAN_LACKS:
        raise Refused(404, "This symbol is available starting with Grow. Consider upgrading your plan.")
    if fault.kind is FaultKind.NO_DATA:
        raise Refused(
            400, "No data is available on the specified dates. Try setting different start/end dates."
        )
    if fault.kind is FaultKind.SERVER_ERROR:
        raise Refused(500, "There is an error on the server side. Try again later.")


def spoil_answer(fault: Fault, response: Response) -> Response:
    """The answer as it goes out. It has been paid for."""
    body = bytes(response.body)
    if fault.kind is FaultKind.ERROR_BODY:
        return _like(response, _error_body(), 200)
    if fault.kind is FaultKind.HTML:
        return HTMLResponse(_PAGE, 200)
    if fault.kind is FaultKind.TRUNCATED:
        return _like(response, body[: max(1, len(body) // 2)], response.status_code)
    if fault.kind is FaultKind.CUT:
        broken = _like(response, body[: len(body) // 2], response.status_code)
        broken.headers["content-length"] = str(len(body) + 1)
        return broken
    if fault.kind in _ROWS and response.status_code == 200:
        return _like(response, _spoil_documents(fault.kind, body), 200)
    return response


_ROWS = frozenset({FaultKind.NOT_A_NUMBER, FaultKind.STALE, FaultKind.REPEATED, FaultKind.CONTRADICTORY})


def _like(response: Response, body: bytes, status: int) -> Response:
    made = Response(body, status)
    made.headers["content-type"] = response.headers.get("content-type", "application/json")
    if "is_batch" in response.headers:
        made.headers["Is_batch"] = response.headers["is_batch"]
    return made


def _error_body() -> bytes:
    message = "There is an error on the server side. Try again later."
    return json.dumps({"code": 500, "message": message, "status": "error"}).encode()


def _spoil_documents(kind: FaultKind, body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return body
    parts = (
        [document]
        if not isinstance(document, dict) or "values" in document
        else [document, *document.values()]
    )
    for part in parts:
        if isinstance(part, dict):
            _spoil(kind, part)
    return json.dumps(document).encode()


def _spoil(kind: FaultKind, document: dict[str, Any]) -> None:
    rows = document.get("values")
    if rows:
        document["values"] = _spoil_rows(kind, rows)
    elif kind is FaultKind.NOT_A_NUMBER:
        document.update({name: "NaN" for name in ("price", "close") if name in document})
    elif kind is FaultKind.STALE and "last_quote_at" in document:
        document["last_quote_at"] -= 3 * 86_400


def _spoil_rows(kind: FaultKind, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows in the order in which they go out; what is right comes last."""
    if kind is FaultKind.STALE:
        ascending = rows[0]["datetime"] <= rows[-1]["datetime"]
        return (rows[:-_STALE_BARS] if ascending else rows[_STALE_BARS:]) or rows[:1]
    spoiled: list[dict[str, str]] = []
    for place, row in enumerate(rows):
        if place % _EVERY == 0:
            if kind is FaultKind.NOT_A_NUMBER:
                spoiled.append({**row, "close": "NaN"})
                continue
            spoiled.append(dict(row) if kind is FaultKind.REPEATED else _contradict(row))
        spoiled.append(row)
    return spoiled


def _contradict(row: dict[str, str]) -> dict[str, str]:
    return {
        name: value if name in {"datetime", "volume"} else f"{float(value) * 1.5:.5f}"
        for name, value in row.items()
    }
