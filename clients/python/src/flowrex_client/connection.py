"""One signed-in HTTP connection: every request goes through here, and every refusal is an exception."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from flowrex_client.errors import FlowrexError, WorkTimedOut, raise_for_problem

Question = Mapping[str, str | int | float | bool | None]

# Between two looks at work under way: soon at first, then less often.
_FIRST_LOOK_SECONDS = 0.1
_LONGEST_LOOK_SECONDS = 2.0


class Connection:
    """Sends requests with the access token, and takes a new one when it has run out."""

    def __init__(self, base_url: str, timeout_seconds: float, token: str | None, api_key: str | None) -> None:
        self._http = httpx.Client(base_url=f"{base_url.rstrip('/')}/api/v1", timeout=timeout_seconds)
        self._refresh_token: str | None = None
        if token is not None:
            self._http.headers["Authorization"] = f"Bearer {token}"
        if api_key is not None:
            self._http.headers["X-API-Key"] = api_key

    def sign_in(self, path: str, body: Mapping[str, str] | None = None) -> None:
        """Take tokens from a sign-in route. Raises FlowrexError."""
        response = self._http.post(path, json=body)
        raise_for_problem(response)
        self._keep(response.json())

    def ask(self, method: str, path: str, *, query: Question | None = None, body: object = None) -> Any:
        """The answer's JSON, or None without a body. Raises FlowrexError, httpx.HTTPError."""
        response = self.send(method, path, query=query, body=body)
        return response.json() if response.content else None

    def send(
        self, method: str, path: str, *, query: Question | None = None, body: object = None
    ) -> httpx.Response:
        """The answer itself. Raises FlowrexError, httpx.HTTPError."""
        known = {name: value for name, value in (query or {}).items() if value is not None}
        response = self._http.request(method, path, params=known, json=body)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._refresh():
            response = self._http.request(method, path, params=known, json=body)
        raise_for_problem(response)
        return response

    def wait(
        self, path: str, timeout_seconds: float, tell: Callable[[dict[str, Any]], None] | None
    ) -> dict[str, Any]:
        """Read `path` until its `status` is final. Raises WorkTimedOut, FlowrexError."""
        deadline = time.monotonic() + timeout_seconds
        pause = _FIRST_LOOK_SECONDS
        while True:
            state: dict[str, Any] = self.ask("GET", path)
            if tell is not None:
                tell(state)
            if state["status"] in ("succeeded", "failed", "cancelled"):
                return state
            if time.monotonic() + pause > deadline:
                raise WorkTimedOut(f"{path} is {state['status']} at {state['progress']:.0%}")
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK_SECONDS)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _refresh(self) -> bool:
        if self._refresh_token is None:
            return False
        response = self._http.post("/auth/refresh", json={"refresh_token": self._refresh_token})
        self._refresh_token = None
        try:
            raise_for_problem(response)
        except FlowrexError:
            return False
        self._keep(response.json())
        return True

    def _keep(self, tokens: Mapping[str, Any]) -> None:
        self._http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        self._refresh_token = tokens.get("refresh_token")
