"""What makes a run repeatable.

The rule, its parameters, the data's hash, the terms, the engine, and the result's hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app import __version__
from app.engine.bars import Bars
from app.engine.conventions import CONVENTIONS, CONVENTIONS_VERSION
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.engine.metrics import Metrics
from app.engine.packing import EquityCurve, pack_equity, pack_trades
from app.engine.trades import Trades

_RESULT_FORMAT = b"flowrex-result-1\n"
_DATA_FORMAT = b"flowrex-bars-1\n"


def build_manifest(
    *,
    rule_source: str,
    parameters: Mapping[str, float],
    bars: Bars,
    first_bar: int,
    execution: Execution,
    periods_per_year: float,
    instrument: Mapping[str, str],
    result_sha256: str,
    splits: Sequence[Split] = (),
    detail: Bars | None = None,
) -> dict[str, Any]:
    """The manifest as JSON-ready values.

    `bars` with the warm-up before `first_bar`; `instrument`: symbol, adjustment, …; `splits` that positions
    went through; `detail`: the finer bars that the run was replayed on.
    """
    replayed = None
    if detail is not None:
        replayed = {
            "sha256": hash_bars(detail),
            "interval": detail.interval.value,
            "bars": len(detail),
        }
    return {
        "engine_version": __version__,
        "conventions": {
            "version": CONVENTIONS_VERSION,
            "sentences": [convention.text for convention in CONVENTIONS],
        },
        "rule": {"source": rule_source, "sha256": hash_text(rule_source)},
        "parameters": {name: float(value) for name, value in parameters.items()},
        "instrument": dict(instrument),
        "data": {
            "sha256": hash_bars(bars),
            "interval": bars.interval.value,
            "timezone": bars.timezone,
            "bars": len(bars) - first_bar,
            "warm_up_bars": first_bar,
            "first_time": int(bars.time[first_bar]),
            "last_time": int(bars.time[-1]),
            "splits": [[on.isoformat(), ratio] for on, ratio in splits],
            "detail": replayed,
        },
        "execution": execution.as_dict(),
        "periods_per_year": periods_per_year,
        "result_sha256": result_sha256,
    }


def hash_text(text: str) -> str:
    """SHA-256 (hex) of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_bars(bars: Bars) -> str:
    """SHA-256 (hex) over the bars' interval, time zone and columns, little-endian, every NaN the same NaN."""
    digest = hashlib.sha256(_DATA_FORMAT)
    digest.update(f"{bars.interval.value}\n{bars.timezone}\n{len(bars)}\n".encode())
    digest.update(np.ascontiguousarray(bars.time, dtype="<i8").data)
    for column in bars.columns():
        digest.update(_with_one_nan(np.ascontiguousarray(column, dtype="<f8")).data)
    return digest.hexdigest()


def hash_result(metrics: Metrics, trades: Trades, curve: EquityCurve) -> str:
    """SHA-256 (hex) over the run's figures, trades and equity curve, all to the last bit."""
    digest = hashlib.sha256(_RESULT_FORMAT)
    digest.update(canonical_json(metrics.as_dict()))
    digest.update(pack_trades(trades))
    digest.update(pack_equity(curve))
    return digest.hexdigest()


def canonical_json(values: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces; floats in their shortest exact form."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _with_one_nan(column: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    undefined = np.isnan(column)
    return np.where(undefined, np.nan, column) if undefined.any() else column
