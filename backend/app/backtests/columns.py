"""A run's packed columns as answers: pages of trades, columns, CSV."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app.engine.packing import EquityCurve
from app.engine.trades import LONG, ExitReason, Trades

# JSON of this many numbers is written in about a millisecond; between two pieces the event loop goes on.
NUMBERS_PER_PIECE = 20_000

_SIDES = {True: "long", False: "short"}
_REASONS = {int(reason): reason.label for reason in ExitReason}
_TRADE_FIELDS = {
    "side": "side",
    "quantity": "quantity",
    "entry_time": "entry_time",
    "entry_price": "entry_price",
    "exit_time": "exit_time",
    "exit_price": "exit_price",
    "exit_reason": "exit_reason",
    "pnl": "pnl",
    "return": "returns",
    "commission": "commission",
    "slippage": "slippage",
    "bars": "bars",
    "mae": "mae",
    "mfe": "mfe",
    "symbol": "instrument",
    "financing": "financing",
}


def order_trades(trades: Trades, sort: str, symbols: Sequence[str] = ("",)) -> NDArray[np.int64]:
    """The trades' positions in the order of a column, `-name` for the largest first, ties in order of entry.

    Trades that are still open have no exit: they come last either way. `symbols`: of the run's instruments.
    """
    name = sort.removeprefix("-")
    values: NDArray[Any] = getattr(trades, _TRADE_FIELDS[name])
    if name == "exit_reason":
        codes, places = np.unique(values, return_inverse=True)
        labels = [_REASONS[int(code)] or "" for code in codes]
        values = np.unique(np.array(labels), return_inverse=True)[1][places]
    if name == "symbol":
        values = np.unique(np.array(symbols), return_inverse=True)[1][values]
    keys = values.astype(np.float64)
    if name.startswith("exit_"):
        keys = np.where(trades.is_closed, keys, np.nan)
    order: NDArray[np.int64] = np.argsort(-keys if sort.startswith("-") else keys, kind="stable")
    return order


def write_trades(trades: Trades, order: NDArray[np.int64], symbols: Sequence[str]) -> list[dict[str, Any]]:
    """The trades at these positions as objects; times in RFC 3339. `symbols`: of the run's instruments."""
    columns = _list_columns(trades, order, symbols)
    for name in ("entry_time", "exit_time"):
        columns[name] = [None if time is None else format_time(time) for time in columns[name]]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def write_trade_columns(
    trades: Trades, symbols: Sequence[str], most: int | None = None
) -> dict[str, list[Any]]:
    """All trades, or the first `most`, in columns, times in unix seconds."""
    return _list_columns(trades, np.arange(len(trades))[:most], symbols)


def write_equity_columns(curve: EquityCurve) -> dict[str, list[Any]]:
    """The curve in columns, times in unix seconds."""
    return {
        "time": curve.time.tolist(),
        "equity": curve.equity.tolist(),
        "drawdown": curve.drawdown.tolist(),
        "benchmark": curve.benchmark.tolist(),
    }


def iterate_trade_lines(trades: Trades, symbols: Sequence[str]) -> Iterator[bytes]:
    """All trades as CSV, some lines at a time."""
    yield (",".join(_TRADE_FIELDS) + "\n").encode()
    for start in range(0, len(trades), 1_000):
        rows = write_trades(trades, np.arange(start, min(start + 1_000, len(trades))), symbols)
        yield "".join(",".join(map(_write_cell, row.values())) + "\n" for row in rows).encode()


def iterate_trade_json(trades: Trades, symbols: Sequence[str]) -> Iterator[bytes]:
    """What `write_trade_columns` lists as one JSON object, in pieces."""
    opening = b"{"
    for name in _TRADE_FIELDS:
        yield opening + orjson.dumps(name) + b":["
        for start in range(0, len(trades), NUMBERS_PER_PIECE):
            places = np.arange(start, min(start + NUMBERS_PER_PIECE, len(trades)))
            piece = orjson.dumps(_list_column(trades, places, symbols, name))
            yield (b"," if start else b"") + piece[1:-1]
        opening = b"],"
    yield b"]}"


def iterate_equity_json(curve: EquityCurve) -> Iterator[bytes]:
    """The curve as one JSON object of columns, in pieces."""
    opening = b"{"
    for name in ("time", "equity", "drawdown", "benchmark"):
        yield opening + orjson.dumps(name) + b":["
        column = np.ascontiguousarray(getattr(curve, name))
        for start in range(0, len(column), NUMBERS_PER_PIECE):
            piece = orjson.dumps(column[start : start + NUMBERS_PER_PIECE], option=orjson.OPT_SERIALIZE_NUMPY)
            yield (b"," if start else b"") + piece[1:-1]
        opening = b"],"
    yield b"]}"


def iterate_equity_lines(curve: EquityCurve) -> Iterator[bytes]:
    """The curve as CSV, some lines at a time."""
    yield b"time,equity,drawdown,benchmark\n"
    step = NUMBERS_PER_PIECE // 4
    for start in range(0, len(curve), step):
        piece = np.s_[start : start + step]
        rows = zip(
            curve.time[piece].tolist(),
            curve.equity[piece].tolist(),
            curve.drawdown[piece].tolist(),
            curve.benchmark[piece].tolist(),
            strict=True,
        )
        yield "".join(
            f"{format_time(time)},{equity!r},{drawdown!r},{benchmark!r}\n"
            for time, equity, drawdown, benchmark in rows
        ).encode()


def thin_out(curve: EquityCurve, max_points: int) -> EquityCurve:
    """At most `max_points` of the curve's bars (8 or more), so chosen that a chart of them looks the same.

    Of each stretch of bars those with the lowest and highest equity and the deepest drawdown stay, and of the
    whole the first and the last bar. Figures are never averaged.
    """
    n = len(curve)
    if n <= max_points:
        return curve
    edges = np.linspace(0, n, max(1, (max_points - 2) // 3) + 1).astype(np.int64)
    keep = [np.array([0, n - 1])]
    for start, stop in itertools.pairwise(edges.tolist()):
        equity = curve.equity[start:stop]
        keep.append(start + np.array([equity.argmin(), equity.argmax(), curve.drawdown[start:stop].argmin()]))
    chosen = np.unique(np.concatenate(keep))
    return EquityCurve(
        curve.time[chosen], curve.equity[chosen], curve.drawdown[chosen], curve.benchmark[chosen]
    )


def format_time(seconds: int) -> str:
    """Unix seconds as RFC 3339 in UTC."""
    return f"{np.datetime64(seconds, 's')}Z"


def _list_columns(trades: Trades, order: NDArray[np.int64], symbols: Sequence[str]) -> dict[str, list[Any]]:
    return {name: _list_column(trades, order, symbols, name) for name in _TRADE_FIELDS}


def _list_column(trades: Trades, order: NDArray[np.int64], symbols: Sequence[str], name: str) -> list[Any]:
    values: list[Any] = getattr(trades, _TRADE_FIELDS[name])[order].tolist()
    if name == "symbol":
        return [symbols[place] for place in values]
    if name == "side":
        return [_SIDES[side == LONG] for side in values]
    if name == "exit_reason":
        return [_REASONS[code] for code in values]
    if name in ("exit_time", "exit_price"):
        closed = trades.is_closed[order].tolist()
        return [value if is_closed else None for value, is_closed in zip(values, closed, strict=True)]
    return values


def _write_cell(value: Any) -> str:
    return "" if value is None else str(value)
