"""The door: sign in, then ask for bars, backtests, sweeps and walk-forwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, Unpack, cast

from flowrex_client.connection import Connection
from flowrex_client.generated import (
    BacktestCreate,
    InstrumentRead,
    RuleCheckRead,
    RunRead,
    RunSummary,
    SweepCreate,
    SweepPreview,
    SweepRead,
    WalkForwardCreate,
    WalkForwardRead,
)
from flowrex_client.research import Sweep, WalkForward
from flowrex_client.runs import Backtest, refuse_failure
from flowrex_client.tables import Table, make_table

Tell = Callable[[dict[str, Any]], None]
_SERVER_WAITS_SECONDS = 30


class Client:
    """A signed-in connection. Use it as a context manager, or call `close`.

    Sign in by `email` and `password`, by an access `token`, or by an `api_key`. Every method raises
    FlowrexError when the server refuses and httpx.HTTPError when it cannot be reached.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        email: str | None = None,
        password: str | None = None,
        token: str | None = None,
        api_key: str | None = None,
        timeout_seconds: float = 60.0,
    ) -> None:
        self._connection = Connection(base_url, timeout_seconds, token, api_key)
        if email is not None:
            self._connection.sign_in("/auth/login", {"email": email, "password": password or ""})

    @classmethod
    def demo(cls, base_url: str = "http://127.0.0.1:8000") -> Self:
        """The demo workspace of a development installation."""
        client = cls(base_url)
        client._connection.sign_in("/auth/demo")
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def instruments(self, query: str | None = None) -> Iterator[InstrumentRead]:
        """Every instrument that one may read, page by page."""
        return cast(Iterator[InstrumentRead], self._walk("/instruments", {"query": query}))

    def bars(
        self,
        symbol: str,
        interval: str,
        *,
        start: str | None = None,
        end: str | None = None,
        limit: int = 50_000,
        adjust: str = "splits",
    ) -> Table:
        """The newest `limit` bars (≤ 50,000) from `start` inclusive to `end` exclusive, oldest first."""
        question = {
            "symbol": symbol,
            "interval": interval,
            "start": start,
            "end": end,
            "limit": limit,
            "adjust": adjust,
        }
        answer = self._connection.ask("GET", "/bars", query=question)
        names = ("time", "open", "high", "low", "close", "volume")
        return make_table({name: answer[name] for name in names}, times=("time",))

    def check_rule(self, source: str) -> RuleCheckRead:
        """What is wrong with a rule, or what it needs. A rule with errors is an answer, no exception."""
        return cast(RuleCheckRead, self._connection.ask("POST", "/strategies/check", body={"source": source}))

    def backtest(
        self, *, timeout_seconds: float = 600.0, tell: Tell | None = None, **asked: Unpack[BacktestCreate]
    ) -> Backtest:
        """Run a rule and wait for the result. `tell` is given the run's state while it is under way.

        Raises WorkFailed when the run fails, WorkTimedOut when it takes longer than `timeout_seconds`.
        """
        wait = 0.0 if tell else min(timeout_seconds, _SERVER_WAITS_SECONDS)
        state = self._connection.ask("POST", "/backtests", query={"wait": wait}, body=asked)
        return self.read_backtest(state["id"], timeout_seconds=timeout_seconds, tell=tell)

    def read_backtest(
        self, run_id: str, *, timeout_seconds: float = 600.0, tell: Tell | None = None
    ) -> Backtest:
        """A run by its id, once it is over."""
        state = self._connection.wait(f"/backtests/{run_id}", timeout_seconds, tell)
        return Backtest(self._connection, refuse_failure(cast(RunRead, state)))

    def backtests(self) -> Iterator[RunSummary]:
        """One's own runs, newest first, page by page."""
        return cast(Iterator[RunSummary], self._walk("/backtests", {}))

    def preview_sweep(self, **asked: Unpack[SweepCreate]) -> SweepPreview:
        """How many runs a sweep would be, and how long it would take."""
        return cast(SweepPreview, self._connection.ask("POST", "/sweeps/preview", body=asked))

    def sweep(
        self, *, timeout_seconds: float = 3_600.0, tell: Tell | None = None, **asked: Unpack[SweepCreate]
    ) -> Sweep:
        """Run a rule with many parameter sets and wait for all of them. Raises WorkFailed, WorkTimedOut."""
        state = self._connection.ask("POST", "/sweeps", body=asked)
        return self.read_sweep(state["id"], timeout_seconds=timeout_seconds, tell=tell)

    def read_sweep(
        self, sweep_id: str, *, timeout_seconds: float = 3_600.0, tell: Tell | None = None
    ) -> Sweep:
        """A sweep by its id, once it is over."""
        state = self._connection.wait(f"/sweeps/{sweep_id}", timeout_seconds, tell)
        return Sweep(self._connection, cast(SweepRead, state))

    def walk_forward(
        self,
        *,
        timeout_seconds: float = 3_600.0,
        tell: Tell | None = None,
        **asked: Unpack[WalkForwardCreate],
    ) -> WalkForward:
        """Choose on one stretch, trade on the next, again and again. Raises WorkFailed, WorkTimedOut."""
        created = self._connection.ask("POST", "/walk-forwards", body=asked)
        state = self._connection.wait(f"/walk-forwards/{created['id']}", timeout_seconds, tell)
        return WalkForward(cast(WalkForwardRead, state))

    def _walk(self, path: str, query: Mapping[str, str | None]) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            page = self._connection.ask("GET", path, query={**query, "limit": 100, "cursor": cursor})
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
