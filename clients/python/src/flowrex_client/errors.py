"""What can go wrong.

FlowrexError            the server refused: an RFC 9457 problem
WorkFailed              a run, sweep or walk-forward ended without a result
WorkTimedOut            it was not over in time; it goes on on the server
"""

from __future__ import annotations

from typing import Any

import httpx


class FlowrexError(Exception):
    """A refused request. `code` is stable; `detail` is for people; `errors` name the fields."""

    def __init__(self, status: int, code: str, detail: str, errors: list[dict[str, Any]]) -> None:
        places = "".join(f"\n  {_describe(error)}" for error in errors)
        super().__init__(f"{status} {code}: {detail}{places}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors


class WorkFailed(Exception):
    """The work ended as `failed` or `cancelled`. `code` and `detail` say why."""

    def __init__(self, status: str, code: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}" if detail else status)
        self.status = status
        self.code = code
        self.detail = detail


class WorkTimedOut(TimeoutError):
    """The work is still under way. It goes on: look at it again later."""


def raise_for_problem(response: httpx.Response) -> None:
    """Raise FlowrexError unless the response is a success."""
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    raise FlowrexError(
        response.status_code,
        str(problem.get("code", "unreadable_answer")),
        str(problem.get("detail") or problem.get("title") or response.reason_phrase),
        list(problem.get("errors") or []),
    )


def _describe(error: dict[str, Any]) -> str:
    if "line" in error:
        return f"line {error['line']}, column {error.get('column')}: {error.get('message')}"
    return f"{error.get('location')}: {error.get('message')}"
