"""Backtests: how far they are, whether to believe them, what they found."""

from __future__ import annotations

from typing import cast

from flowrex_client.connection import Connection
from flowrex_client.errors import WorkFailed
from flowrex_client.generated import MetricsRead, RunRead, TearSheetRead, VerdictRead
from flowrex_client.tables import Table, make_table


class Backtest:
    """A finished run."""

    def __init__(self, connection: Connection, run: RunRead) -> None:
        self._connection = connection
        self.run = run

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run["id"]

    @property
    def verdict(self) -> VerdictRead:
        """Whether the answer can be believed: `level` and `checks`."""
        return cast(VerdictRead, self.run["verdict"])

    @property
    def metrics(self) -> MetricsRead:
        """The figures. Ratios are fractions, drawdowns ≤ 0, durations in bars; undefined is None."""
        return cast(MetricsRead, self.run["metrics"])

    @property
    def benchmark(self) -> MetricsRead:
        """The same figures of buying once and holding."""
        return cast(MetricsRead, self.run["benchmark"])

    def trades(self) -> Table:
        """One row a trade, in the order of entries."""
        columns = self._connection.ask("GET", f"/backtests/{self.id}/trades", query={"format": "columns"})
        return make_table(columns, times=("entry_time", "exit_time"))

    def equity(self) -> Table:
        """One row a bar: `time`, `equity`, `drawdown` (fraction, ≤ 0), `benchmark`."""
        return make_table(self._connection.ask("GET", f"/backtests/{self.id}/equity"), times=("time",))

    def tear_sheet(self) -> TearSheetRead:
        """Months, years, rolling figures, distribution, drawdowns."""
        return cast(TearSheetRead, self._connection.ask("GET", f"/backtests/{self.id}/tear-sheet"))

    def html(self) -> str:
        """The report as one self-contained page."""
        response = self._connection.send("GET", f"/backtests/{self.id}/export", query={"format": "html"})
        return response.text


def refuse_failure(state: RunRead) -> RunRead:
    """The run itself. Raises WorkFailed unless it succeeded."""
    if state["status"] != "succeeded":
        error = state["error"] or {"code": state["status"], "detail": ""}
        raise WorkFailed(state["status"], error["code"], error["detail"])
    return state
