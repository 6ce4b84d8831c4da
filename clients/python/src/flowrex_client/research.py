"""Sweeps and walk-forwards: many runs of one rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flowrex_client.connection import Connection
from flowrex_client.errors import WorkFailed
from flowrex_client.generated import MetricsRead, RunRead, SweepRead, WalkForwardRead
from flowrex_client.runs import Backtest, refuse_failure
from flowrex_client.tables import Table, make_table, make_table_of_rows


class Sweep:
    """A finished sweep."""

    def __init__(self, connection: Connection, sweep: SweepRead) -> None:
        _refuse_failure(sweep)
        self._connection = connection
        self.sweep = sweep

    @property
    def id(self) -> str:
        """The sweep's id."""
        return self.sweep["id"]

    def results(self, metrics: str | None = None) -> Table:
        """One row a set: its parameters, then the metrics (`metrics`: names with commas between them)."""
        rows: dict[str, list[Any]] = {}
        sequence = 0
        while True:
            answer = self._connection.ask(
                "GET", f"/sweeps/{self.id}/results", query={"after": sequence, "metrics": metrics}
            )
            for name, values in {**answer["parameters"], **answer["metrics"]}.items():
                rows.setdefault(name, []).extend(values)
            if answer["complete"] or answer["sequence"] == sequence:
                return make_table(rows)
            sequence = answer["sequence"]

    def heatmap(self, x: str, y: str, metric: str = "sharpe", reduce: str = "best") -> Table:
        """The metric over two parameters: a column `y`, then one for each value of `x`."""
        query = {"x": x, "y": y, "metric": metric, "reduce": reduce}
        answer = self._connection.ask("GET", f"/sweeps/{self.id}/heatmap", query=query)
        columns = {y: answer["y"]}
        for place, value in enumerate(answer["x"]):
            columns[f"{value:g}"] = [row[place] for row in answer["values"]]
        return make_table(columns)

    def open(self, parameters: Mapping[str, float], *, timeout_seconds: float = 600.0) -> Backtest:
        """One of the sets as a full report."""
        body = {"parameters": dict(parameters)}
        created = self._connection.ask("POST", f"/sweeps/{self.id}/open", body=body)
        state = self._connection.wait(f"/backtests/{created['id']}", timeout_seconds, None)
        return Backtest(self._connection, refuse_failure(cast(RunRead, state)))


class WalkForward:
    """A finished walk-forward."""

    def __init__(self, walk_forward: WalkForwardRead) -> None:
        _refuse_failure(walk_forward)
        self.walk_forward = walk_forward

    @property
    def metrics(self) -> MetricsRead:
        """The figures of the stitched curve: what was traded on bars that had no part in choosing."""
        return cast(MetricsRead, self.walk_forward["metrics"])

    def windows(self) -> Table:
        """One row a window: its times, the parameters chosen (`parameter_…`), figures before and after."""
        rows = []
        for window in self.walk_forward["windows"]:
            row: dict[str, Any] = {
                name: window[name] for name in ("train_start", "train_end", "test_start", "test_end")
            }
            row |= {f"parameter_{name}": value for name, value in (window["parameters"] or {}).items()}
            for part in ("train", "test"):
                figures = cast(Mapping[str, Any], window[part])
                row |= {f"{part}_{name}": figures[name] for name in ("sharpe", "total_return", "trades")}
            rows.append(row)
        return make_table_of_rows(rows, times=("train_start", "train_end", "test_start", "test_end"))

    def curves(self) -> Table:
        """One row a bar: `time`, `stitched`, `in_sample`, `benchmark`, in money."""
        return make_table(cast(Mapping[str, list[Any]], self.walk_forward["curves"]), times=("time",))


def _refuse_failure(state: SweepRead | WalkForwardRead) -> None:
    if state["status"] != "succeeded":
        error = state["error"] or {"code": state["status"], "detail": ""}
        raise WorkFailed(state["status"], error["code"], error["detail"])
