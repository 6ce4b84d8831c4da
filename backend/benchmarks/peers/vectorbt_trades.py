"""The trades that vectorbt makes of each rule, as JSON.

python vectorbt_trades.py BARS.npz CASH FEE
"""

from __future__ import annotations

import json
import sys

import pandas as pd
import vectorbt as vbt
from rules import RULES, Signals, read_frame


def trade(frame: pd.DataFrame, signals: Signals, cash: float, fee: float) -> list[list[float]]:
    """[side, entry bar, exit bar or -1, entry price, exit price, quantity, pnl] of each trade."""
    is_short = "enter_short" in signals
    enter = signals["enter_short" if is_short else "enter_long"].shift(1, fill_value=False)
    leave = signals["exit_short" if is_short else "exit_long"].shift(1, fill_value=False)
    stops = {}
    # Distances of the signal bar, as fractions of the price at which the next bar's open fills.
    for name, option in (("stop", "sl_stop"), ("target", "tp_stop")):
        if name in signals:
            stops[option] = (signals[name].shift(1) / frame.Open).fillna(1e9)
    portfolio = vbt.Portfolio.from_signals(
        frame.Close,
        enter,
        leave,
        price=frame.Open,
        open=frame.Open,
        high=frame.High,
        low=frame.Low,
        direction="shortonly" if is_short else "longonly",
        init_cash=cash,
        fees=fee,
        size_granularity=1,
        stop_entry_price="fillprice",
        upon_long_conflict="exit",
        upon_short_conflict="exit",
        freq="1D",
        **stops,
    )
    side = -1 if is_short else 1
    return [
        [
            side,
            int(row["entry_idx"]),
            int(row["exit_idx"]) if row["status"] == 1 else -1,
            float(row["entry_price"]),
            float(row["exit_price"]),
            float(row["size"]),
            float(row["pnl"]),
        ]
        for row in portfolio.trades.values
    ]


def main() -> None:
    frame = read_frame(sys.argv[1])
    cash, fee = float(sys.argv[2]), float(sys.argv[3])
    print(json.dumps({name: trade(frame, make(frame), cash, fee) for name, make in RULES.items()}))


if __name__ == "__main__":
    main()
