"""What price and volume say together.

The recursive ones go on where an earlier stretch ended, as in `averages`; they need no history.
"""

from __future__ import annotations

import numpy as np

from app.engine.bars import Column
from app.engine.compiled import compile_loop

OBV_STATE = 3
SESSION_VWAP_STATE = 4


@compile_loop
def obv(close: Column, volume: Column, first: int, state: Column) -> Column:
    """On-balance volume (Granville 1963): the volume added on a rise, taken off on a fall. As TA-Lib's OBV.

    Shapes (bars,), in units traded. Starts with the first bar's volume, and anew after a NaN. State: whether
    it runs, the close before, the balance.
    """
    out = np.full(len(close) - first, np.nan)
    runs = state[0]
    before = state[1]
    balance = state[2]
    for i in range(first, len(close)):
        if close[i] != close[i] or volume[i] != volume[i]:
            runs = 0.0
            continue
        if runs == 0.0:
            runs = 1.0
            balance = volume[i]
        elif close[i] > before:
            balance += volume[i]
        elif close[i] < before:
            balance -= volume[i]
        before = close[i]
        if abs(balance) < np.inf:
            out[i - first] = balance
    state[0] = runs
    state[1] = before
    state[2] = balance
    return out


@compile_loop
def session_vwap(price: Column, volume: Column, session: Column, first: int, state: Column) -> Column:
    """The mean price of a session so far, weighted by volume: m += (price − m)·volume/(volume so far).

    Shapes (bars,); the result is in price. `session`: a number that is another one in the next session. A
    flat price keeps its value to the bit. NaN while nothing was traded; starts anew after a NaN. The update
    is West's (1979). State: whether it runs, the session, the volume so far, the mean.
    """
    out = np.full(len(price) - first, np.nan)
    runs = state[0]
    current = state[1]
    total = state[2]
    mean = state[3]
    for i in range(first, len(price)):
        if price[i] != price[i] or volume[i] != volume[i]:
            runs = 0.0
            continue
        if runs == 0.0 or session[i] != current:
            runs = 1.0
            current = session[i]
            total = 0.0
            mean = price[i]
        total += volume[i]
        if volume[i] != 0.0:
            mean += (price[i] - mean) * (volume[i] / total)
        if 0.0 < total < np.inf and abs(mean) < np.inf:
            out[i - first] = mean
    state[0] = runs
    state[1] = current
    state[2] = total
    state[3] = mean
    return out


@compile_loop
def money_flow(price: Column, volume: Column) -> Column:
    """price·volume, negative where the price fell and 0 where it stood still (Quong and Soudack 1989).

    Shapes (bars,), in money. NaN on the first bar and where a value is.
    """
    out = np.full(len(price), np.nan)
    for i in range(1, len(price)):
        flow = price[i] * volume[i]
        if abs(flow) < np.inf:
            if price[i] > price[i - 1]:
                out[i] = flow
            elif price[i] < price[i - 1]:
                out[i] = -flow
            elif price[i] == price[i - 1]:
                out[i] = 0.0
    return out
