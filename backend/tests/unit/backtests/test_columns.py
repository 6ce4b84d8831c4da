"""Trades and equity as they go out: order, pages, CSV, thinning."""

from __future__ import annotations

import csv
import io

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backtests import columns
from app.engine.packing import EquityCurve, pack_trades, unpack_trades
from app.engine.trades import LONG, NO_INDEX, SHORT, ExitReason, Trades

DAY = 86_400
SYMBOLS = ("MSFT", "AAPL", "IBM")


def make_trades(count: int, *, open_last: bool = False, seed: int = 0) -> Trades:
    random = np.random.default_rng(seed)
    entry = np.sort(random.choice(10_000, count, replace=False)).astype(np.int64)
    exit_ = entry + random.integers(1, 50, count)
    reasons = random.integers(1, 8, count).astype(np.int8)
    price = random.uniform(10, 20, count)
    exit_price = random.uniform(10, 20, count)
    if open_last and count:
        exit_[-1], reasons[-1], exit_price[-1] = NO_INDEX, ExitReason.OPEN, np.nan
    return Trades(
        side=np.where(random.random(count) < 0.5, LONG, SHORT).astype(np.int8),
        exit_reason=reasons,
        entry_index=entry,
        exit_index=exit_,
        entry_time=entry * DAY,
        exit_time=np.where(exit_ == NO_INDEX, 0, exit_ * DAY),
        quantity=random.uniform(1, 5, count),
        entry_price=price,
        exit_price=exit_price,
        pnl=random.normal(0, 100, count),
        returns=random.normal(0, 0.1, count),
        commission=random.uniform(0, 1, count),
        slippage=random.uniform(0, 1, count),
        bars=random.integers(1, 50, count),
        mae=-random.random(count),
        mfe=random.random(count),
        instrument=random.integers(0, len(SYMBOLS), count).astype(np.int16),
    )


def make_curve(equity: list[float]) -> EquityCurve:
    money = np.array(equity)
    peak = np.maximum.accumulate(money)
    return EquityCurve(np.arange(len(money), dtype=np.int64) * DAY, money, money / peak - 1, money * 2)


def test_a_trade_as_an_object() -> None:
    trades = make_trades(3)
    first = columns.write_trades(trades, np.arange(3), SYMBOLS)[0]
    assert list(first) == [
        "side", "quantity", "entry_time", "entry_price", "exit_time", "exit_price", "exit_reason", "pnl",
        "return", "commission", "slippage", "bars", "mae", "mfe", "symbol", "financing",
    ]  # fmt: skip
    assert first["side"] in {"long", "short"}
    assert first["entry_time"] == columns.format_time(int(trades.entry_time[0]))
    assert first["return"] == trades.returns[0]
    assert first["exit_reason"] == ExitReason(int(trades.exit_reason[0])).label


def test_an_open_trade_has_no_exit() -> None:
    last = columns.write_trades(make_trades(4, open_last=True), np.array([3]), SYMBOLS)[0]
    assert (last["exit_time"], last["exit_price"], last["exit_reason"]) == (None, None, None)


def test_times_are_rfc_3339() -> None:
    assert columns.format_time(1_103_587_200) == "2004-12-21T00:00:00Z"
    assert columns.format_time(-1) == "1969-12-31T23:59:59Z"


@given(
    st.integers(0, 30),
    st.sampled_from(["pnl", "exit_time", "exit_price", "exit_reason", "side", "bars", "return", "symbol"]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_any_order_holds_every_trade_once_and_open_ones_last(
    count: int, name: str, largest_first: bool, seed: int
) -> None:
    trades = make_trades(count, open_last=True, seed=seed)
    order = columns.order_trades(trades, f"-{name}" if largest_first else name, SYMBOLS)
    assert sorted(order.tolist()) == list(range(count))
    rows = columns.write_trades(trades, order, SYMBOLS)
    values = [row[name] for row in rows if row[name] is not None]
    if name != "side":  # stored as +1 and -1
        assert values == sorted(values, reverse=largest_first)
    assert all(row[name] is not None for row in rows[: len(values)])


@pytest.mark.parametrize("sort", ["bars", "-bars"])
def test_ties_keep_the_order_of_entry(sort: str) -> None:
    trades = make_trades(20)
    trades.bars[:] = 7
    assert columns.order_trades(trades, sort).tolist() == list(range(20))


def test_csv_holds_what_the_objects_hold() -> None:
    trades = unpack_trades(pack_trades(make_trades(2_345, open_last=True)))
    text = b"".join(columns.iterate_trade_lines(trades, SYMBOLS)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    objects = columns.write_trades(trades, np.arange(len(trades)), SYMBOLS)
    assert len(rows) == 2_345
    assert rows == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in objects
    ]
    assert float(rows[7]["pnl"]) == trades.pnl[7]


def test_columns_hold_what_the_objects_hold() -> None:
    trades = make_trades(9, open_last=True)
    held = columns.write_trade_columns(trades, SYMBOLS)
    rows = columns.write_trades(trades, np.arange(9), SYMBOLS)
    for name in ("side", "exit_reason", "exit_price", "return"):
        assert held[name] == [row[name] for row in rows]
    assert held["exit_time"][-1] is None
    assert held["entry_time"] == trades.entry_time.tolist()


@pytest.mark.parametrize("count", [0, 1, 9])
@pytest.mark.parametrize("piece", [1, 4, 20_000])
def test_trades_in_pieces_are_one_json_object(count: int, piece: int) -> None:
    trades = make_trades(count, open_last=count > 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "NUMBERS_PER_PIECE", piece)
        pieces = list(columns.iterate_trade_json(trades, SYMBOLS))
    assert orjson.loads(b"".join(pieces)) == columns.write_trade_columns(trades, SYMBOLS)
    assert len(pieces) >= 16 + 15 * -(-count // piece)


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=50), st.sampled_from([1, 3, 20_000]))
def test_equity_in_pieces_is_one_json_object(equity: list[float], piece: int) -> None:
    curve = make_curve(equity)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "NUMBERS_PER_PIECE", piece)
        body = orjson.loads(b"".join(columns.iterate_equity_json(curve)))
    assert list(body) == ["time", "equity", "drawdown", "benchmark"]
    assert body["equity"] == equity
    assert body["time"] == curve.time.tolist()
    assert body["drawdown"] == curve.drawdown.tolist()


def test_equity_as_csv() -> None:
    curve = make_curve([100.0 + n for n in range(12_345)])
    lines = b"".join(columns.iterate_equity_lines(curve)).decode().splitlines()
    assert lines[0] == "time,equity,drawdown,benchmark"
    assert lines[1] == "1970-01-01T00:00:00Z,100.0,0.0,200.0"
    assert len(lines) == 12_346


@given(
    st.lists(st.floats(1, 1e6), min_size=100, max_size=2_000),
    st.integers(100, 400),
)
def test_thinning_keeps_ends_extremes_and_the_deepest_drawdown(equity: list[float], points: int) -> None:
    curve = make_curve(equity)
    thin = columns.thin_out(curve, points)
    assert len(thin) <= max(points, 100)
    assert thin.time[0] == curve.time[0]
    assert thin.time[-1] == curve.time[-1]
    assert (np.diff(thin.time) > 0).all()
    assert thin.equity.max() == curve.equity.max()
    assert thin.equity.min() == curve.equity.min()
    assert thin.drawdown.min() == curve.drawdown.min()
    assert set(zip(thin.time.tolist(), thin.equity.tolist(), strict=True)) <= set(
        zip(curve.time.tolist(), curve.equity.tolist(), strict=True)
    )
