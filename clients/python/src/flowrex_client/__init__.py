"""Flowrex from Python.

`Client` signs in and asks; `Backtest`, `Sweep` and `WalkForward` hold what came back; a `Table` turns into
a pandas or polars frame.
"""

from flowrex_client.client import Client
from flowrex_client.errors import FlowrexError, WorkFailed, WorkTimedOut
from flowrex_client.research import Sweep, WalkForward
from flowrex_client.runs import Backtest
from flowrex_client.tables import Table

__all__ = [
    "Backtest",
    "Client",
    "FlowrexError",
    "Sweep",
    "Table",
    "WalkForward",
    "WorkFailed",
    "WorkTimedOut",
]
