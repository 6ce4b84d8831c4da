"""Trades and equity as compact little-endian bytes, for storage and for hashing.

Layout: four letters that name the format and its version, the number of rows as uint32, then one column after
the other. The same values always give the same bytes, on every machine.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column, Times
from app.engine.trades import Trades

_TRADES_FORMAT = b"FXT1"
_FINANCED_TRADES_FORMAT = b"FXT2"
_BASKET_TRADES_FORMAT = b"FXT3"
_LEFT_OUT = {
    _TRADES_FORMAT: frozenset({"financing", "instrument"}),
    _FINANCED_TRADES_FORMAT: frozenset({"instrument"}),
    _BASKET_TRADES_FORMAT: frozenset[str](),
}
"""Columns without a value anywhere: trades that cost nothing to hold, or are all of the first instrument, are
written, and hashed, as they ever were."""
_EQUITY_FORMAT = b"FXE1"
_HEADER = struct.Struct("<4sI")

_TRADE_TYPES = {
    "side": "<i1",
    "exit_reason": "<i1",
    "entry_index": "<i8",
    "exit_index": "<i8",
    "entry_time": "<i8",
    "exit_time": "<i8",
    "bars": "<i8",
    "instrument": "<i2",
}
_EQUITY_TYPES = {"time": "<i8"}
_NUMBER = "<f8"


class PackedDataInvalid(ValueError):
    """Bytes that are no packed columns of the kind asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class EquityCurve:
    """A run bar by bar, each column of shape (n,): `time` as the bars', money in money, `drawdown` ≤ 0 as a
    fraction.

    `benchmark`: equity of buying once and holding.
    """

    time: Times
    equity: Column
    drawdown: Column
    benchmark: Column

    def __len__(self) -> int:
        return len(self.time)


_Columns = TypeVar("_Columns", Trades, EquityCurve)


def pack_trades(trades: Trades) -> bytes:
    """The trades as bytes: 114 for each and a header of 8; 122 where holding cost anything, 124 for several
    instruments.
    """
    name = _TRADES_FORMAT
    if trades.instrument.any():
        name = _BASKET_TRADES_FORMAT
    elif trades.financing.any():
        name = _FINANCED_TRADES_FORMAT
    return _pack(name, trades, _TRADE_TYPES, without=_LEFT_OUT[name])


def unpack_trades(packed: bytes) -> Trades:
    """The trades of `pack_trades`.

    Raises PackedDataInvalid when the bytes are something else or incomplete.
    """
    name = packed[: len(_TRADES_FORMAT)]
    if name not in _LEFT_OUT:
        name = _TRADES_FORMAT
    return _unpack(name, packed, Trades, _TRADE_TYPES, without=_LEFT_OUT[name])


def pack_equity(curve: EquityCurve) -> bytes:
    """The curve as bytes: 32 for each bar and a header of 8."""
    return _pack(_EQUITY_FORMAT, curve, _EQUITY_TYPES)


def unpack_equity(packed: bytes) -> EquityCurve:
    """The curve of `pack_equity`.

    Raises PackedDataInvalid when the bytes are something else or incomplete.
    """
    return _unpack(_EQUITY_FORMAT, packed, EquityCurve, _EQUITY_TYPES)


def _pack(
    name: bytes,
    columns: Trades | EquityCurve,
    types: dict[str, str],
    without: frozenset[str] = frozenset(),
) -> bytes:
    parts = [_HEADER.pack(name, len(columns))]
    for field in _list_names(type(columns), without):
        column: NDArray[Any] = getattr(columns, field)
        parts.append(np.ascontiguousarray(column, dtype=types.get(field, _NUMBER)).tobytes())
    return b"".join(parts)


def _unpack(
    name: bytes,
    packed: bytes,
    kind: type[_Columns],
    types: dict[str, str],
    without: frozenset[str] = frozenset(),
) -> _Columns:
    if len(packed) < _HEADER.size:
        raise PackedDataInvalid("too short for a header")
    found, count = _HEADER.unpack_from(packed)
    if found != name:
        raise PackedDataInvalid(f"starts with {found!r} instead of {name!r}")
    offset = _HEADER.size
    columns: dict[str, NDArray[Any]] = {}
    names = _list_names(kind, without)
    row_bytes = sum(np.dtype(types.get(field, _NUMBER)).itemsize for field in names)
    if len(packed) != offset + count * row_bytes:
        raise PackedDataInvalid(f"{count} rows need {offset + count * row_bytes} bytes, not {len(packed)}")
    for field in names:
        stored = np.dtype(types.get(field, _NUMBER))
        column = np.frombuffer(packed, dtype=stored, count=count, offset=offset)
        columns[field] = column.astype(stored.newbyteorder("="), copy=False)
        offset += count * stored.itemsize
    return kind(**columns)


def _list_names(kind: type[Trades | EquityCurve], without: frozenset[str]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in without]
