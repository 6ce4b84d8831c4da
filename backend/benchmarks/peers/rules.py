"""The rules of the agreement in plain pandas: truths known at each bar's close, distances in price."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Signals = dict[str, pd.Series]


def cross_above(a: pd.Series, b: pd.Series) -> pd.Series:
    return (a > b) & (a.shift(1) <= b.shift(1))


def cross_below(a: pd.Series, b: pd.Series) -> pd.Series:
    return (a < b) & (a.shift(1) >= b.shift(1))


def seeded_average(values: pd.Series, window: int, weight: float) -> pd.Series:
    """A recursive average that starts with the mean of its first window (TA-Lib's way)."""
    given = values.to_numpy()
    out = np.full(len(given), np.nan)
    first = int(np.argmax(~np.isnan(given)))
    start = first + window - 1
    if start < len(given):
        out[start] = given[first : start + 1].mean()
        for i in range(start + 1, len(given)):
            out[i] = out[i - 1] + (given[i] - out[i - 1]) * weight
    return pd.Series(out, values.index)


def ema(values: pd.Series, window: int) -> pd.Series:
    return seeded_average(values, window, 2 / (window + 1))


def rsi(close: pd.Series, window: int) -> pd.Series:
    change = close.diff()
    gains = seeded_average(change.clip(lower=0), window, 1 / window)
    losses = seeded_average((-change).clip(lower=0), window, 1 / window)
    return 100 * gains / (gains + losses)


def crossing(fast: pd.Series, slow: pd.Series) -> Signals:
    return {"enter_long": cross_above(fast, slow), "exit_long": cross_below(fast, slow)}


def sma(close: pd.Series, window: int) -> pd.Series:
    return close.rolling(window).mean()


def golden(frame: pd.DataFrame) -> Signals:
    return crossing(sma(frame.Close, 50), sma(frame.Close, 200))


def sma_cross(frame: pd.DataFrame) -> Signals:
    return crossing(sma(frame.Close, 10), sma(frame.Close, 30))


def ema_cross(frame: pd.DataFrame) -> Signals:
    return crossing(ema(frame.Close, 12), ema(frame.Close, 26))


def rsi_2(frame: pd.DataFrame) -> Signals:
    close = frame.Close
    return {
        "enter_long": (rsi(close, 2) < 10) & (close > sma(close, 200)),
        "exit_long": close > sma(close, 5),
    }


def bollinger(frame: pd.DataFrame) -> Signals:
    close = frame.Close
    middle = sma(close, 20)
    return {
        "enter_long": close < middle - 2 * close.rolling(20).std(ddof=0),
        "exit_long": close > middle,
    }


def donchian(frame: pd.DataFrame) -> Signals:
    return {
        "enter_long": frame.Close > frame.High.rolling(20).max().shift(1),
        "exit_long": frame.Close < frame.Low.rolling(10).min().shift(1),
    }


def macd(frame: pd.DataFrame) -> Signals:
    close = frame.Close.to_numpy()
    # Both averages start where the slower one does, as TA-Lib's.
    quick, steady = np.full(len(close), np.nan), np.full(len(close), np.nan)
    quick[25], steady[25] = close[14:26].mean(), close[:26].mean()
    for i in range(26, len(close)):
        quick[i] = quick[i - 1] + (close[i] - quick[i - 1]) * 2 / 13
        steady[i] = steady[i - 1] + (close[i] - steady[i - 1]) * 2 / 27
    line = pd.Series(quick - steady, frame.index)
    return crossing(line, ema(line, 9))


def momentum(frame: pd.DataFrame) -> Signals:
    before = frame.Close.shift(120)
    return {"enter_long": frame.Close > before, "exit_long": frame.Close < before}


def sma_with_stop(frame: pd.DataFrame) -> Signals:
    return {**sma_cross(frame), "stop": 0.05 * frame.Close}


def short_rsi(frame: pd.DataFrame) -> Signals:
    strength = rsi(frame.Close, 14)
    level = pd.Series(70.0, frame.index)
    return {
        "enter_short": cross_above(strength, level),
        "exit_short": cross_below(strength, level - 20),
        "stop": 0.08 * frame.Close,
        "target": 0.10 * frame.Close,
    }


RULES: dict[str, Callable[[pd.DataFrame], Signals]] = {
    "SMA cross": sma_cross,
    "Golden cross": golden,
    "EMA cross": ema_cross,
    "RSI-2": rsi_2,
    "Bollinger reversion": bollinger,
    "Donchian breakout": donchian,
    "MACD": macd,
    "Time-series momentum": momentum,
    "SMA cross, 5 % stop": sma_with_stop,
    "Short RSI, stop and target": short_rsi,
}


def read_frame(path: str) -> pd.DataFrame:
    """The bars of an .npz file as both libraries want them."""
    file = np.load(path)
    columns = {name.capitalize(): file[name] for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame(columns, index=pd.to_datetime(file["time"], unit="s"))
