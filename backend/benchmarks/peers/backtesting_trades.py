"""The trades that backtesting.py makes of each rule, as JSON.

    python backtesting_trades.py BARS.npz CASH FEE

It wants stop and target as prices when the order is placed. So that both sides mean the same, this program
looks up the next open, at which the order will fill, and counts the distances from there. Where it then
refuses a level, which lies on the wrong side of the last close, the level is set once the order has filled.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from rules import RULES, Signals, read_frame


def make_strategy(signals: Signals, opens: np.ndarray) -> type[Strategy]:
    is_short = "enter_short" in signals
    enter = signals["enter_short" if is_short else "enter_long"].to_numpy()
    leave = signals["exit_short" if is_short else "exit_long"].to_numpy()
    side = -1.0 if is_short else 1.0

    class Ruled(Strategy):
        def init(self) -> None:
            self.column = self.I(lambda: enter.astype(float))
            self.late: dict[str, float] = {}

        def next(self) -> None:
            bar = len(self.data) - 1
            for option, price in self.late.items():
                if self.trades:
                    setattr(self.trades[-1], option, price)
            self.late = {}
            if self.position and leave[bar]:
                self.position.close()
            if not enter[bar] or bar + 1 >= len(opens) or (self.position and not leave[bar]):
                return
            levels = {}
            for name, option, way in (("stop", "sl", -side), ("target", "tp", side)):
                if name in signals:
                    levels[option] = float(opens[bar + 1] + way * signals[name].iloc[bar])
            place = self.sell if is_short else self.buy
            try:
                place(**levels)
            except ValueError:
                place()
                self.late = levels

    return Ruled


def trade(frame: pd.DataFrame, signals: Signals, cash: float, fee: float) -> list[list[float]]:
    """[side, entry bar, exit bar or -1, entry price, exit price, quantity, pnl] of each trade."""
    strategy = make_strategy(signals, frame.Open.to_numpy())
    stats = Backtest(frame, strategy, cash=cash, commission=fee, finalize_trades=True).run()
    table = stats["_trades"].sort_values("EntryBar", kind="stable")
    return [
        [
            1 if row.Size > 0 else -1,
            int(row.EntryBar),
            int(row.ExitBar),
            float(row.EntryPrice),
            float(row.ExitPrice),
            float(abs(row.Size)),
            float(row.PnL),
        ]
        for row in table.itertuples()
    ]


def main() -> None:
    frame = read_frame(sys.argv[1])
    cash, fee = float(sys.argv[2]), float(sys.argv[3])
    print(json.dumps({name: trade(frame, make(frame), cash, fee) for name, make in RULES.items()}))


if __name__ == "__main__":
    main()
